# A node was lost, and its member waits for it
# `onNodeLoss` is Wait: the member may still run, so no other attempt is made.
nodes 3 memory=8Gi
at 5s apply job work parallelism=2 run=10m loss=Wait memory=1Gi
at 20s power-off n1
show 60s job work
