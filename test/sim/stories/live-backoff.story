# backoffLimit takes effect at once: lowered below what has failed, the job fails there and then.
nodes 2 cpu=4 memory=8
at 5s apply job work cpu=500m run=1s exit=3 backoff=10
expect 30s job work failed 2
expect 30s job work state Running
at 31s edit job work backoff=1
expect 32s job work state Failed
expect 32s job work reason BackoffLimitExceeded
expect 32s event work BackoffLimitExceeded "2 attempts failed, backoffLimit is 1"
