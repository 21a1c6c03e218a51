# A new leader counts the failures of an index by their pods; an index that has failed stays so.
nodes 4 cpu=4 memory=8 coordinators=2
at 5s apply job work completions=3 parallelism=3 min=1 perindex=1 cpu=500m run=3s bad=2
at 12s crash leader
expect 12s job work failed 1
expect 90s job work failed 2
expect 90s job work failedindexes 1
expect 90s job work state Failed
expect 90s job work reason FailedIndexes
expect 90s job work completed 0,2
expect 90s created 4
