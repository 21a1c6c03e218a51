# The agent of a node has ended
# The Pod of the agent was deleted, say for an upgrade. Members on the node run on.
nodes 2 memory=8Gi
at 5s apply job work run=10m memory=1Gi
at 10s crash n1
show 45s node n1
