# A member's pod is deleted by hand: a disruption, replaced at once, charged to nobody; so is each
# further one. The members beside it go on.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=60s backoff=0
expect 8s job work ready 2
at 10s delete member work 1
expect 13s pods work 1 index=1 phase=started attempt=2
at 14s delete member work 1
expect 17s pods work 1 index=1 phase=started attempt=3
expect 17s job work failed 0
expect 17s starts work 0 1
expect 17s job work state Running
expect 90s job work state Completed
