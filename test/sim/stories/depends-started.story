# Who has started is not asked again: a node that is lost, an end that comes to nothing.
nodes 2 cpu=4 memory=8
at 5s apply job server cpu=1 run=30s selector=kubernetes.io/hostname=n1
at 6s apply job work cpu=1 run=100s after=server:Started selector=kubernetes.io/hostname=n2
expect 10s job work state Running
at 20s delete job server
at 30s power-off n2
at 60s power-on n2
expect 100s job work state Running
expect 250s job work state Completed
