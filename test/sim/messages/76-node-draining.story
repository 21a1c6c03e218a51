# A node is cordoned, and members still run there
nodes 2 memory=8Gi
at 5s apply job work parallelism=2 run=10m memory=1Gi
at 10s cordon n1
show 45s node n1
