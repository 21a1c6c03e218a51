# A Node is not Ready, and its agent ends beside: it may only be restarting, so its members are kept for as
# long as an agent may be silent. An agent that does not come back, or falls silent, is no witness any more.
nodes 4 cpu=4 memory=8
at 5s apply job work parallelism=3 cpu=500m run=90s
expect 8s job work ready 3
at 10s unready n1
at 10s unready n2
at 10s unready n3
at 12s crash n1
at 12s crash n2
at 12s pause n3 20s
at 15s start n1
expect 15s created 3
expect 15s node n2 state Running
expect 21s node n2 state Failed
expect 21s node n3 state Failed
expect 21s node n3 reason NodeNotReady
expect 21s node n1 state Running
expect 22s pods work 1 node=n4 phase=started
expect 60s pods work 1 node=n1 attempt=1 phase=started
at 65s ready n1
at 65s ready n2
at 65s ready n3
at 65s start n2
expect 200s job work state Completed
expect 200s starts work 0 1
