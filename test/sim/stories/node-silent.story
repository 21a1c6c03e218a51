# A node loses power: no FIN, only silence. Its member is replaced elsewhere; when the node is
# back, nothing runs twice.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=30s
expect 8s job work active 2
at 10s power-off n1
expect 20s node n1 state Failed
expect 55s job work state Completed
at 60s power-on n1
expect 70s node n1 state Running
expect 70s job work succeeded 2
expect 70s job work failed 0
