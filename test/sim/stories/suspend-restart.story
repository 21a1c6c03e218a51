# Suspended, then the coordinator dies: nothing starts under its successor, resumed or not.
nodes 2 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=30s
expect 8s job work active 2
at 10s suspend job work
at 10010ms crash leader
expect 60s pods work 0
expect 60s job work state Suspended
at 61s resume job work
expect 100s job work state Completed
expect 100s job work failed 0
