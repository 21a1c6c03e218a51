# A machine comes back under another name: the old node is gone with its ComputeNode, the new one has
# its own and takes the member.
nodes 3 cpu=4 memory=8
at 0s power-off n3
at 0s unregister n3
expect 4s node n3 gone
at 5s apply job work parallelism=2 run=40s loss=Wait
expect 8s job work ready 2
at 10s power-off n1
at 10s unregister n1
expect 15s node n1 gone
expect 15s job work message "needs 1 more node: 0 fit; 1 runs a member already; add nodes, or wait until a member of the job has ended"
at 20s register n3
at 20s power-on n3
expect 26s node n3 state Running
expect 26s pods work 1 index=0 phase=started node=n3
expect 90s job work state Completed
expect 90s job work failed 0
