# A member's pod is deleted by force: its object is gone at once, nobody tells how it ended. That is
# a disruption too.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=60s backoff=0
expect 8s job work ready 2
at 10s delete member work 0 force
expect 13s pods work 1 index=0 phase=started attempt=2
expect 13s pods work 2
expect 13s job work failed 0
expect 90s job work state Completed
expect 90s created 3
