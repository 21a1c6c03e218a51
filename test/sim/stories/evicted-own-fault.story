# A pod that its kubelet evicts for its own fault (an emptyDir above its sizeLimit: no condition
# DisruptionTarget) has failed, as batch Job counts it: charged, after a pause, with the kubelet's words.
nodes 2 cpu=4 memory=8
at 5s apply job work cpu=500m run=10s evict=1 backoff=1
expect 20s job work reason MemberFailed
expect 20s job work message ~"evicted by its kubelet: Usage of EmptyDir volume"
expect 20s job work failed 1
expect 60s job work state Failed
expect 60s job work reason BackoffLimitExceeded
expect 60s job work message ~"exceeds the limit"
expect 60s job work failed 2
expect 60s event work MemberFailed "evicted by its kubelet"
expect 60s created 2
