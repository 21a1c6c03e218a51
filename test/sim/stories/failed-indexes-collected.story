# What failed stays failed though its pods and the failures in status are gone when a new leader comes: each index is tried once.
nodes 6 cpu=4 memory=8 coordinators=2
at 5s apply job work completions=40 parallelism=6 min=1 perindex=0 cpu=500m run=3s bad=1
at 25s collect-pods
at 26s crash leader
expect 200s job work state Failed
expect 200s job work reason FailedIndexes
expect 200s job work failedindexes 0-39
expect 200s job work message ~"40 of 40 indexes have failed (0-39); the last was member"
expect 200s created 40
