# The leader dies while a node is silent: the next one has not heard that node, so it keeps the state
# that was written until its Node is NotReady or it answers; the replaced member stays replaced.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=2 run=90s
expect 8s job work ready 2
at 10s cut n1 25s
expect 20s node n1 state Failed
at 20s crash leader
expect 50s node n1 state Running
expect 130s job work state Completed
expect 130s created 3
expect 130s job work failed 0
