# Priority, then age: the highest first, among equals the oldest.
nodes 1 cpu=4 memory=8
at 5s apply job runs cpu=4 run=10s
at 6s apply job old cpu=4 run=10s
at 7s apply job young cpu=4 run=10s
at 8s apply job urgent cpu=4 run=10s priority=5
at 9s apply job idle cpu=4 run=10s priority=-5
expect 20s job urgent state Running
expect 20s job old state Pending
expect 31s job old state Running
expect 31s job young state Pending
expect 43s job young state Running
expect 43s job idle state Pending
expect 55s job idle state Running
