# backoffLimit 0: the first failure is the last; the members that still run are stopped.
nodes 2 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=10s exit=1 backoff=0
at 8s delete member work 1
expect 18s job work state Failed
expect 20s pods work 0 phase=live
expect 20s job work failed 1
