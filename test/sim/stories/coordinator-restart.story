# The leader dies mid-job without giving its lease back: the standby takes over when the lease
# has expired; no member is restarted, none is lost.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=3 cpu=500m run=30s
expect 8s job work active 3
at 10s crash leader
at 15s apply job later parallelism=2 cpu=500m run=2s
expect 40s job later state Completed
expect 45s job work state Completed
expect 45s job work succeeded 3
expect 90s created 5
