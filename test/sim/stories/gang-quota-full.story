# A gang that the quota refused is tried again when others have taken the nodes: then it says that it
# waits for nodes, not what the quota said before.
nodes 3 cpu=4 memory=8
at 4s quota pods=2
at 5s apply job work parallelism=3 cpu=4 run=10s
expect 8s job work reason FailedCreate
at 9s apply job other cpu=4 run=60s
at 10s quota pods=0
expect 17s job work reason Unschedulable
expect 17s job work message ~"needs 3 nodes: 2 fit; 1 lacks cpu"
expect 17s job work Scheduled.reason Unschedulable
expect 17s event work Unschedulable "needs 3 nodes"
expect 90s job work state Completed
