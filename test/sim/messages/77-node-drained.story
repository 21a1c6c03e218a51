# A node is cordoned and empty
nodes 2 memory=8Gi
at 5s apply job work run=10m parallelism=2 memory=1Gi
at 10s cordon n1
at 12s drain n1
show 60s node n1
