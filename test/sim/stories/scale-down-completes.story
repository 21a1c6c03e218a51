# Scaled down to the indexes that have succeeded, a job is Completed at once; what succeeded beyond
# its parallelism counts no more.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=3 cpu=500m run=20s
expect 8s job work active 3
at 15s delete member work 1
expect 28s job work completed 0,2
expect 28s job work state Running
at 29s scale job work parallelism=1
expect 31s job work state Completed
expect 31s job work completed 0
expect 31s job work succeeded 1
expect 31s job work active 0
expect 33s pods work 0 phase=live
