# There is no node at all
nodes 1 memory=8Gi
at 4s unregister n1
at 5s apply job work memory=1Gi
show 15s job work
