# A ConfigMap is missing
nodes 2 memory=8Gi
at 5s apply job work config=10m memory=1Gi
show 20s job work
