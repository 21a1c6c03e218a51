# The keys of orders and the leader are lost while one member is on a silent node and another is about to run: no
# list in the job's status names the two. The next leader takes both for members: the one has succeeded by then,
# and the node of the other comes back.
nodes 4 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=150s loss=Wait
expect 8s job work active 2
at 10s cut n1 100s
expect 20s job work reason WaitingForNode
at 22s apply job quick parallelism=2 cpu=500m run=5s
at 23s lose-keys
at 23s crash leader
expect 60s job quick state Completed
expect 60s job quick attempts 1
expect 100s job work reason WaitingForNode
expect 100s created 4
expect 125s job work ready 2
expect 125s starts work 0 1
expect 200s job work state Completed
expect 200s created 4
