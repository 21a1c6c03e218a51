# A volume is not mounted
# The kubelet writes nothing of it into the status of the Pod.
nodes 2 memory=8Gi
at 5s apply job work mount=10m memory=1Gi
show 90s job work
