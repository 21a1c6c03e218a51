# Failed pods are collected: their failures stay charged, the next attempts get new numbers.
nodes 2 cpu=4 memory=8
at 5s apply job work parallelism=1 cpu=500m run=1s exit=3 backoff=2
expect 9s job work failed 1
at 10s collect-pods
expect 10s pods work 0
at 12s crash leader
at 13s start coordinator-0
expect 40s job work failed >=2
expect 40s pods work 0 attempt=1
expect 120s job work state Failed
expect 120s job work failed 3
expect 120s created 3
