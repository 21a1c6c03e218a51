# onNodeLoss: Wait, and the node never comes back: whoever taints it out-of-service says that nothing
# runs there any more, and so does whoever deletes its Node. Then the member is replaced.
nodes 4 cpu=4 memory=8
at 5s apply job work parallelism=3 run=60s loss=Wait
expect 8s job work active 3
at 10s power-off n1
at 10s power-off n2
expect 40s created 3
expect 40s job work reason WaitingForNode
at 41s taint n1 node.kubernetes.io/out-of-service:NoExecute
expect 45s pods work 2 index=0
expect 45s job work active 2
expect 45s created 4
