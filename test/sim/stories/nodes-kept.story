# The same where machines are powered off and their Nodes are kept, NotReady for ever.
nodes 9 cpu=4 memory=8
at 10s lose n1 kept
at 20s lose n2 kept
at 30s lose n3 kept
at 40s lose n4 kept
at 50s lose n5 kept
at 60s lose n6 kept
expect 120s node n5 state Failed
expect 120s node n5 reason NodeNotReady
at 120s apply job work parallelism=2 run=60s
expect 123s pods work 1 node=n7 phase=started
expect 123s pods work 1 node=n8 phase=started
at 125s power-off n7
expect 135s pods work 1 index=0 attempt=2 node=n9 phase=started
expect 210s job work state Completed
