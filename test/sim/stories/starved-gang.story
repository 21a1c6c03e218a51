# An urgent gang needs all nodes, and a stream of small jobs of lower priority, of which nobody knows
# when they end, keeps taking each node that becomes free. The gang holds the nodes as they become
# free, so it starts when what ran before it has ended. The small jobs go on after it.
nodes 3 cpu=4 memory=8
at 5s apply job s1 cpu=4 run=30s
at 15s apply job s2 cpu=4 run=30s
at 25s apply job s3 cpu=4 run=30s
at 30s apply job urgent parallelism=3 priority=10 cpu=4 run=20s
at 31s apply job s4 cpu=4 run=30s
at 31s apply job s5 cpu=4 run=30s
at 32s apply job s6 cpu=4 run=30s
at 32s apply job s7 cpu=4 run=30s
expect 33s job urgent message ~"holds 0 of 3 nodes from jobs of lower priority until "
expect 40s job s4 state Pending
expect 58s job s4 state Pending
expect 60s job urgent state Running
expect 90s job urgent state Completed
expect 90s job s4 state Running
expect 90s job s6 state Running
expect 90s job s7 state Pending
expect 150s job s7 state Completed
