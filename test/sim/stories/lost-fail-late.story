# onNodeLoss is set to Fail while a lost member is waited for: it takes effect at once.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=600s loss=Wait
expect 8s job work ready 2
at 9s power-off n1
expect 30s node n1 state Failed
expect 30s job work reason WaitingForNode
at 31s edit job work loss=Fail
expect 35s job work state Failed
expect 35s job work reason NodeLost
