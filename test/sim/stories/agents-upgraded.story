# The agents are upgraded under running members, one node after the other, then all at once: nothing
# restarts and no node fails.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=3 run=60s
expect 8s job work ready 3
at 10s crash n1
at 14s start n1
at 16s crash n2
at 20s start n2
at 22s crash n3
at 26s start n3
expect 29s node n1 AgentConnected True
expect 29s node n3 AgentConnected True
at 30s crash n1
at 30s crash n2
at 30s crash n3
expect 40s node n2 state Running
expect 40s node n2 AgentConnected False
expect 40s job work ready 3
at 45s start n1
at 45s start n2
at 45s start n3
expect 50s node n2 Schedulable True
expect 90s job work state Completed
expect 90s created 3
expect 90s event n1 NodeFailed n=0
expect 90s event n2 NodeFailed n=0
