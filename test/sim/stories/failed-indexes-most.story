# maxFailedIndexes: one failed index more, and the job has failed at once; the others are stopped.
nodes 4 cpu=4 memory=8
at 5s apply job work completions=8 parallelism=4 min=1 perindex=0 mostfailed=1 cpu=500m run=3s bad=2
expect 30s job work state Failed
expect 30s job work reason MaxFailedIndexesExceeded
expect 30s job work Failed.reason MaxFailedIndexesExceeded
expect 30s job work failedindexes 1,3
expect 30s job work message ~"2 of 8 indexes have failed (1,3), maxFailedIndexes is 1; the last was member"
expect 30s event work MaxFailedIndexesExceeded "2 of 8 indexes have failed"
expect 60s pods work 0 phase=started
