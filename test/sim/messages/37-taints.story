# The nodes have taints that the job does not tolerate
nodes 2 memory=8Gi
at 4s taint n1 dedicated=teamx:NoSchedule
at 4s taint n2 dedicated=teamx:NoSchedule
at 5s apply job work memory=1Gi
show 15s job work
