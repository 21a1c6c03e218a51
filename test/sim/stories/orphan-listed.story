# Deletion with --cascade=orphan, while the node is off the network: the coordinator lists the pods of the node, and the
# orphan is no member's pod there. When the agent is heard again, it knows the pod as a member's still. The pod takes its room.
nodes 1 cpu=2 memory=8
at 2s apply job first cpu=1500m run=100s
expect 5s job first ready 1
at 8s apply job second cpu=1500m run=10s
at 9900ms cut n1 25s
at 10s delete job first orphan
expect 13s job first gone
expect 60s pods second 0
expect 80s pods second 0
expect 150s job second state Completed
