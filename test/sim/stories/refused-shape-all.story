# What every kubelet refuses for what the pod is, is not tried for ever: each node is asked once, then
# the job has failed and says why.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=5s sysctl=1 backoff=0
expect 8s event work MemberRefused "forbidden sysctl"
expect 30s job work state Failed
expect 30s job work Failed.reason PodRefused
expect 30s job work message ~"refuses its pods: SysctlForbidden: Pod was rejected: forbidden sysctl"
expect 30s event work PodRefused "forbidden sysctl"
expect 30s job work failed 0
expect 30s created 3
