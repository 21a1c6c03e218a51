# onNodeLoss Fail: a member's node is lost, the job has failed and says why.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=60s loss=Fail
expect 8s job work ready 2
at 10s power-off n1
expect 20s job work state Failed
expect 20s job work reason NodeLost
expect 20s job work Failed.reason NodeLost
expect 20s event work NodeLost
expect 20s event n1 NodeFailed
expect 20s node n1 state Failed
expect 20s node n1 reason AgentSilent
expect 25s pods work 0 phase=started node=n2
