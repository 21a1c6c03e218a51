# A Node has more resources than a ComputeNode lists
nodes 1 memory=8Gi
at 5s offer n1 n=70
show 45s node n1
