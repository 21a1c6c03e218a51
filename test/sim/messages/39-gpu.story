# No node has the resource
# A member asks for a GPU, and no node has a device plugin that offers one.
nodes 2 memory=8Gi
at 5s apply job work ask=nvidia.com/gpu memory=1Gi
show 15s job work
