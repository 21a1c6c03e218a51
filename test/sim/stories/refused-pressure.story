# A kubelet under pressure refuses with reason Evicted. It is a refusal like any other: the job does not
# ask this node again before a pause is over, which grows.
nodes 1 cpu=4 memory=8
at 1s pressure-start n1
at 5s apply job work cpu=500m run=5s backoff=0
expect 10s job work reason Unschedulable
expect 10s job work message ~"1 refused a member lately (Evicted: Pod was rejected: The node had condition: [DiskPressure]"
expect 14s pods work 1
expect 30s pods work 2
expect 30s job work failed 0
at 40s pressure-stop n1
expect 120s job work state Completed
expect 120s created 4
