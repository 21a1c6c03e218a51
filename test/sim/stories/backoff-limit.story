# More failures than backoffLimit: the job fails, the rest is stopped, all is told.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=3 cpu=500m run=10s fails=9 backoff=2
expect 40s job work state Failed
expect 40s job work reason BackoffLimitExceeded
expect 40s job work Failed True
expect 40s job work Complete none
expect 40s job work failed 3
expect 40s job work active 0
expect 40s job work end !none
expect 40s event work BackoffLimitExceeded
expect 60s pods work 0 phase=live
expect 90s created 3
