# Deleted and made again while the coordinator's watch is down, so that it lists anew and never sees
# the deletion: the UID tells that it is another job.
nodes 2 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=10s fails=1
expect 13s job work state Running
expect 20s job work failed 2
at 21s pause leader 2s
at 21100ms recreate job work parallelism=2 cpu=500m run=20s v=2
at 21200ms cut-watches
at 21200ms compact
expect 26s pods work 0 v=1
expect 26s pods work 2 v=2 phase=started
expect 26s job work failed 0
expect 26s job work attempts 1
expect 60s job work state Completed
