# Nodes on which no agent ever runs (Windows, virtual-kubelet). A new leader does not wait for their
# agents: what happens to a job after a failover has not to wait for 30 s.
nodes 4 cpu=4 memory=8 agentless=2
at 40s apply job work parallelism=2 cpu=500m run=120s
expect 43s job work ready 2
expect 43s node n3 state Pending
expect 43s node n4 reason AgentNotConnected
at 50s crash leader
expect 68s node n1 state Running
at 68s delete member work 0
expect 73s pods work 1 index=0 attempt=2 phase=started
expect 190s job work state Completed
