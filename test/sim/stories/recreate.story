# Deleted and made again under its name at once: another UID, another job. The old members go, what
# they did counts for nothing, and the new one gets all of its own.
nodes 2 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=10s
expect 8s job work active 2
at 10s recreate job work parallelism=2 cpu=500m run=20s v=2
expect 14s pods work 0 v=1
expect 14s pods work 2 v=2 phase=started
expect 14s job work failed 0
expect 14s job work completed ""
expect 14s job work attempts 1
at 15s recreate job work parallelism=1 cpu=500m run=20s v=3
at 15s crash leader
at 16s start coordinator-0
expect 45s pods work 0 v=2
expect 45s pods work 1 v=3
expect 70s job work state Completed
expect 70s job work completed 0
