# A change of what runs never reruns an index that has succeeded.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=3 cpu=500m run=20s
at 15s delete member work 1
expect 28s job work completed 0,2
at 28s edit job work v=2
expect 33s pods work 1 index=1 phase=started v=2
expect 60s job work state Completed
expect 60s job work completed 0-2
expect 60s starts work 0 1
expect 60s starts work 2 1
expect 60s job work failed 0
expect 60s created 5
