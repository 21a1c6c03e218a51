# A member that exits with another code than 0 is charged and tried again after a backoff of 10 s,
# that doubles, as batch Jobs do; others go on meanwhile.
nodes 2 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=2s fails=2
expect 9s job work failed 2
expect 9s job work state Running
expect 9s pods work 2 phase=Failed
expect 15s created 2
expect 34s job work failed 4
expect 150s job work state Completed
expect 150s job work failed 4
expect 150s created 6
