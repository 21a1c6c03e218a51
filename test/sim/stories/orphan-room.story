# Deletion with --cascade=orphan: until the node's agent counts it among the pods of others, the pod of
# the job takes its room, also if the agent begins a new session meanwhile and reports it as a member
# once more.
nodes 1 cpu=2 memory=8
at 2s apply job first cpu=1500m run=100s
expect 5s job first ready 1
at 8s apply job second cpu=1500m run=10s
at 10s delete job first orphan
at 10010ms break n1
expect 13s job first gone
expect 13s pods second 0
expect 80s pods second 0
expect 130s job second state Completed
