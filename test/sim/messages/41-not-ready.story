# The nodes are not ready
nodes 2 memory=8Gi
at 4s kubelet-stop n1
at 4s kubelet-stop n2
at 90s apply job work memory=1Gi
show 110s job work
