# No node has the labels that the job selects
nodes 3 memory=8Gi
at 4s label n1 zone=a
at 5s apply job work selector=zone=b memory=1Gi
show 15s job work
