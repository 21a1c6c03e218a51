# The kubelet of a node does not answer
nodes 4 memory=8Gi
at 5s apply job work parallelism=4 run=10m memory=1Gi
at 10s kubelet-stop n1
show 100s node n1
