# The coordinator's own loop stands still, for longer than a node may be silent: what nobody could hear
# is nobody's silence.
nodes 3 cpu=4 memory=8 coordinators=1
at 5s apply job work parallelism=3 run=60s
expect 8s job work ready 3
at 10s pause leader 9s
expect 21s node n1 state Running
expect 25s node n1 state Running
expect 25s node n2 state Running
expect 25s node n3 state Running
at 30s pause leader 1500ms
at 33s pause leader 5s
expect 80s job work state Completed
expect 80s created 3
expect 80s event n1 NodeFailed n=0
expect 80s starts work 0 1
