# A member that is killed for its memory has failed by its own fault: charged; status and an Event
# say how the last one ended.
nodes 1 cpu=4 memory=8
at 5s apply job work cpu=500m run=2s oom=1 backoff=1
expect 10s job work failed 1
expect 10s job work reason MemberFailed
expect 10s job work message ~"OOMKilled"
expect 10s event work MemberFailed "exit code 137"
expect 60s job work state Failed
expect 60s job work reason BackoffLimitExceeded
expect 60s job work Failed.message ~"backoffLimit is 1"
expect 60s job work Failed.message ~"OOMKilled"
