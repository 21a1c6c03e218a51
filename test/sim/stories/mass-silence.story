# More than 55 % of the nodes, and at least three, fall silent at once: the coordinator suspects itself.
# It says so of the nodes and replaces nobody; when they are heard again, nothing has happened.
nodes 5 cpu=4 memory=8
at 5s apply job work parallelism=3 run=60s
expect 8s job work ready 3
at 10s cut n1 25s
at 10s cut n2 25s
at 10s cut n3 25s
expect 20s node n1 state Failed
expect 20s node n3 reason AgentSilent
expect 34s created 3
expect 34s job work superseded none
expect 45s node n1 state Running
expect 45s node n2 state Running
expect 45s node n3 state Running
expect 90s job work state Completed
expect 90s created 3
expect 90s starts work 0 1
