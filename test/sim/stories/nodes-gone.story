# Spot machines go for good, one after the other, and their Nodes are deleted. They do not count when, later,
# one of the nodes that are left falls silent: its member is replaced after some seconds, not when its Node
# is NotReady.
nodes 8 cpu=4 memory=8
at 10s lose n1
at 20s lose n2
at 30s lose n3
at 40s lose n4
at 50s lose n5
expect 120s node n5 gone
at 120s apply job work run=60s
at 120s apply job more run=60s
at 120s apply job most run=60s
expect 127s created 3
at 128s power-off n6
expect 139s created 4
expect 230s job work state Completed
expect 230s job most state Completed
