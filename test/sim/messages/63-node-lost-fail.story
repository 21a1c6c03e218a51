# A node was lost, and onNodeLoss is Fail
nodes 3 memory=8Gi
at 5s apply job work parallelism=2 run=10m loss=Fail memory=1Gi
at 20s power-off n1
show 60s job work
