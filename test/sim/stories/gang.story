# All or nothing by default: a gang of four takes none of three nodes, says why in numbers, and
# starts as a whole when the fourth is uncordoned. startTime is the first placement.
nodes 4 cpu=4 memory=8
at 4s cordon n4
at 5s apply job work parallelism=4 cpu=500m run=10s
expect 8s pods work 0
expect 8s job work active 0
expect 8s job work state Pending
expect 8s job work start none
expect 8s job work Scheduled False
expect 8s job work Scheduled.reason Unschedulable
expect 8s job work message "needs 4 nodes: 3 fit; 1 is cordoned; add nodes, or change what keeps these away"
expect 8s job work Scheduled.message "needs 4 nodes: 3 fit; 1 is cordoned; add nodes, or change what keeps these away"
expect 8s event work Unschedulable "needs 4 nodes"
at 20s uncordon n4
expect 23s pods work 4 phase=started
expect 23s job work start 20
expect 23s job work Scheduled True
expect 23s job work Scheduled.reason Placed
expect 23s job work Scheduled.since 20
expect 40s job work state Completed
