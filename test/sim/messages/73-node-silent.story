# A node has fallen silent
# The cable of the node was pulled.
nodes 4 memory=8Gi
at 5s apply job work parallelism=4 run=10m memory=1Gi
at 10s cut n1 10m
show 25s node n1
