# A ComputeNode was made by hand, and there is no such Node
nodes 1 memory=8Gi
at 5s apply node n9
show 15s node n9
