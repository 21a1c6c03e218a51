# The only node is under pressure
# Its kubelet refuses all new Pods, because its disk is nearly full.
nodes 1 memory=8Gi
at 1s pressure-start n1
at 5s apply job work run=5s memory=1Gi
show 20s job work
