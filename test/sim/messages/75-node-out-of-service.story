# A node was tainted out of service
nodes 2 memory=8Gi
at 5s power-off n1
at 60s taint n1 node.kubernetes.io/out-of-service=nodeshutdown:NoExecute
show 80s node n1
