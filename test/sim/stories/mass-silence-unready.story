# The same, but the nodes are gone indeed: when their Nodes are NotReady the members are replaced.
nodes 6 cpu=4 memory=8
at 5s apply job work parallelism=2 run=90s
expect 8s job work ready 2
at 10s power-off n1
at 10s power-off n2
at 10s power-off n3
at 10s power-off n4
expect 45s created 2
expect 45s node n1 reason AgentSilent
expect 55s node n1 reason NodeNotReady
expect 55s created 4
expect 58s job work ready 2
expect 150s job work state Completed
expect 150s job work failed 0
