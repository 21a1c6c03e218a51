# What another writer has counted stands: an index that status calls completed does not run again,
# failures stay charged, attempts go on from the highest number, also under the next leader.
nodes 2 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=20s suspend=1
expect 8s job work state Suspended
at 10s write-status job work completed=1 succeeded=1 failed=2 attempts=5
at 14s crash leader
at 15s start coordinator-0
expect 40s job work completed 1
expect 40s job work failed 2
expect 40s job work attempts 5
at 41s resume job work
expect 45s pods work 1 index=0 attempt=6
expect 45s pods work 0 index=1
expect 70s job work state Completed
expect 70s job work completed 0,1
expect 70s job work failed 2
