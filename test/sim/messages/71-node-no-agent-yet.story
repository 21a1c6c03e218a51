# The agent of a new node was not heard yet
nodes 2 memory=8Gi
at 1ms crash n1
show 40s node n1
