# A ComputeNode is deleted by hand under its members: it is made again, and nothing moves.
nodes 2 cpu=4 memory=8
at 5s apply job work parallelism=2 run=30s
expect 8s job work ready 2
at 10s delete-cnode n1
expect 15s node n1 state Running
expect 15s node n1 members 1
expect 60s job work state Completed
expect 60s created 2
