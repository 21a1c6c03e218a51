# A kubelet refuses one member of a gang before the gang runs, and no other node is free: all is given
# back, as after a refusal by the API server. So two gangs never wait for each other's nodes, and
# others use the room meanwhile. The gang starts as a whole when the node may be asked again.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=3 cpu=4 run=20s refuse=1
expect 9s pods work 0 phase=live
expect 9s job work state Pending
expect 9s job work active 0
expect 9s job work start none
expect 9s job work message ~"refused a member lately"
at 9s apply job small cpu=4 run=3s
expect 12s job small state Running
expect 14s pods work 0 phase=live
expect 90s job work state Completed
expect 90s job work failed 0
