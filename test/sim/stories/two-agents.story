# Two agents with good tokens claim one node: the one that came last has it, once, and the members there
# are nobody's loss. When it goes, the other takes over.
nodes 2 cpu=4 memory=8
at 5s apply job work parallelism=2 run=40s
expect 8s job work ready 2
at 10s rival-start n1
expect 20s node n1 state Running
expect 20s job work ready 2
at 21s apply job more parallelism=2 run=10s cpu=1
expect 25s job more ready 2
expect 25s pods more 1 node=n1
at 30s rival-stop n1
expect 40s node n1 state Running
expect 40s node n1 AgentConnected True
expect 80s job work state Completed
expect 80s job more state Completed
expect 80s created 4
expect 80s starts work 0 1
