## Nodes
# A node that takes members
nodes 2 memory=8Gi
at 5s apply job work run=10m memory=1Gi
show 60s node n1
