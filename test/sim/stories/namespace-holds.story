# One tenant cannot keep a cluster from others with gangs that wait. Of the jobs of a namespace one
# holds nodes from the jobs of other namespaces; what further ones hold, only their own leave alone.
# The first has held nodes for half an hour in vain: then the nodes are held for the next tenant.
nodes 4 cpu=4 memory=8
at 2s label n1 zone=a
at 2s label n2 zone=a
at 2s label n3 zone=b
at 2s label n4 zone=b
at 5s apply job endless cpu=4 run=9000s selector=zone=a
at 5s apply job endless-too cpu=4 run=9000s selector=zone=b
at 10s apply job gang1 ns=a parallelism=2 priority=10 cpu=4 run=10s selector=zone=a
at 12s apply job gang2 ns=a parallelism=2 priority=9 cpu=4 run=10s selector=zone=b
at 20s apply job waits ns=b cpu=4 run=10s selector=zone=a
at 20s apply job runs ns=b cpu=4 run=10s selector=zone=b
at 20s apply job theirs ns=a cpu=4 run=10s selector=zone=b
expect 25s job gang1 message ~"holds 1 of 2 nodes from jobs of lower priority until "
expect 25s job gang2 message ~"holds 1 of 2 nodes (from jobs of its namespace only, since a job ahead in its namespace holds nodes) from jobs of lower priority until "
expect 25s job waits state Pending
expect 25s job runs state Running
expect 35s job runs state Completed
expect 45s job theirs state Pending
expect 45s job theirs message ~"reserved for a job ahead (gang2)"
at 1700s apply job gang3 ns=a parallelism=2 priority=20 cpu=4 run=10s selector=zone=a
expect 1705s job gang3 message ~"holds 1 of 2 nodes from jobs of lower priority until "
expect 1800s job waits state Pending
expect 1820s job waits state Running
expect 1830s job gang3 message ~"(from jobs of its namespace only until "
at 3500s apply job late ns=b cpu=4 run=10s selector=zone=a
expect 3505s job late state Running
at 3620s apply job later ns=b cpu=4 run=10s selector=zone=a
expect 3625s job later state Pending
