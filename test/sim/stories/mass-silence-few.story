# Two of three are most of them, but fewer than three: that is believed too.
nodes 3 cpu=4 memory=8
at 5s apply job work run=60s cpu=1
at 5s apply job more run=60s cpu=1
expect 8s job work ready 1
expect 8s job more ready 1
at 10s power-off n1
at 10s power-off n2
expect 20s pods work 1 node=n3 phase=started
expect 20s pods more 1 node=n3 phase=started
expect 90s job work state Completed
expect 90s job more state Completed
