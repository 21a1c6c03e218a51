# The ComputeNode is cordoned, and the Node is not
# `kubectl patch computenode n1 --type=merge -p '{"spec":{"unschedulable":true}}'` keeps Muster away, and leaves the node to others.
nodes 2 memory=8Gi
at 5s cordon-cnode n1
show 45s node n1
