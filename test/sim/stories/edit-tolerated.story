# A member that is on a node for the sake of a toleration loses the node with the toleration; one that was
# there before the taint does not.
nodes 3 cpu=4 memory=8
at 1s taint n1 busy:NoSchedule
at 1s cordon n3
at 5s apply job work parallelism=2 run=100s tolerate=busy
expect 8s pods work 1 node=n1 phase=started
at 10s taint n2 late:NoSchedule
at 15s uncordon n3
at 20s edit job work tolerate=other
expect 30s pods work 0 node=n1
expect 30s pods work 1 node=n2 attempt=1 phase=started
expect 30s pods work 1 node=n3 attempt=2 phase=started
expect 180s job work state Completed
expect 180s created 3
