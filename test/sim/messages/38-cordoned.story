# All nodes are cordoned
nodes 2 memory=8Gi
at 4s cordon n1
at 4s cordon n2
at 5s apply job work memory=1Gi
show 15s job work
