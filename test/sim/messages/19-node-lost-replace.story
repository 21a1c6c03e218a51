# A node was lost, and its member runs elsewhere
# The node n1 lost its power. `onNodeLoss` is Replace, so another attempt runs on another node. The old Pod is still in the API server.
nodes 3 memory=8Gi
at 5s apply job work parallelism=2 run=10m memory=1Gi
at 20s power-off n1
show 60s job work
