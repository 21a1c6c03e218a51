# Half of the nodes is not most of them: that is believed.
nodes 6 cpu=4 memory=8
at 5s apply job work parallelism=3 run=60s
expect 8s job work ready 3
at 10s power-off n1
at 10s power-off n2
at 10s power-off n3
expect 20s created 6
expect 22s job work ready 3
expect 90s job work state Completed
