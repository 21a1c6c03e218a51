# A cordon, of the Node or of the ComputeNode, moves nothing: Draining while members are there, Drained
# when they have ended; new members go elsewhere; without it the node is Running again.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=2 run=30s
expect 8s pods work 1 node=n1 phase=started
expect 8s pods work 1 node=n2 phase=started
at 10s cordon n1
at 10s cordon-cnode n2
expect 12s node n1 state Draining
expect 12s node n2 state Draining
expect 12s node n1 Ready True
expect 12s node n1 Schedulable.reason Cordoned
expect 12s node n2 Schedulable.reason Cordoned
at 13s apply job more run=10s
expect 16s pods more 1 node=n3
expect 30s created 3
expect 50s job work state Completed
expect 50s created 3
expect 50s node n1 state Drained
expect 50s node n2 state Drained
at 51s uncordon n1
at 51s uncordon-cnode n2
expect 54s node n1 state Running
expect 54s node n2 state Running
expect 54s node n2 Schedulable True
