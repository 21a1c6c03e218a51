# A node says what is wrong with it: out of service, its agent gone, its Node gone. A user's own
# ComputeNode stays without one.
nodes 2 cpu=4 memory=8
at 4s apply node n9
expect 5s node n9 state Pending
expect 5s node n9 reason NodeNotFound
expect 5s node n1 Ready True
expect 5s node n1 Ready.reason NodeReady
expect 5s node n1 AgentConnected.reason AgentRegistered
expect 5s node n1 Schedulable.reason Schedulable
at 6s cordon n1
expect 8s node n1 Schedulable.reason Cordoned
at 10s uncordon n1
at 11s taint n1 node.kubernetes.io/out-of-service:NoExecute
expect 13s node n1 reason NodeOutOfService
at 20s untaint n1 node.kubernetes.io/out-of-service
expect 25s node n1 state Running
at 30s crash n1
expect 35s node n1 AgentConnected False
expect 35s node n1 AgentConnected.reason AgentNotConnected
