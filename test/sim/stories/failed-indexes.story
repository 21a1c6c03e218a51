# backoffLimitPerIndex: an index that fails too often is over, the job goes on with the others and has failed at its end.
# The pause before a retry grows by the failures of the index, not by those of the job.
nodes 4 cpu=4 memory=8
at 5s apply job work completions=6 parallelism=2 min=1 perindex=1 cpu=500m run=2s bad=2
expect 10s job work failed 1
expect 23s job work failed 3
expect 23s job work failedindexes 1
expect 23s job work completed 0,2
expect 23s event work MemberFailed "member 1: exit code 1"
expect 30s job work failedindexes 1,3
expect 40s job work state Running
expect 120s job work state Failed
expect 120s job work reason FailedIndexes
expect 120s job work Failed.reason FailedIndexes
expect 120s job work message ~"3 of 6 indexes have failed (1,3,5), the others have succeeded; the last was member 5: exit code 1"
expect 120s event work FailedIndexes "3 of 6 indexes have failed"
expect 120s job work completed 0,2,4
expect 120s job work failedindexes 1,3,5
expect 120s job work succeeded 3
expect 120s job work failed 6
expect 120s created 9
