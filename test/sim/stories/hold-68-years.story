# A deadline in 68 years is no end: two small jobs that have one do not keep the idle nodes for the
# job that waits for theirs. Jobs of its priority pass it for ten minutes. Then it holds what is idle
# for half an hour, and gives it back.
nodes 4 cpu=4 memory=8
at 5s apply job a cpu=4 run=9000s deadline=2147483647
at 5s apply job b cpu=4 run=9000s deadline=2147483647
at 10s apply job wide parallelism=4 cpu=4 run=10s
at 12s apply job small cpu=4 run=600s
at 13s apply job brief cpu=4 run=10s deadline=20
expect 15s job small state Running
expect 15s job wide message ~"jobs of its priority may pass it until "
expect 25s job brief state Completed
at 700s apply job late cpu=4 run=10s
at 701s apply job later cpu=4 run=10s
expect 705s job wide message ~"holds 2 of 4 nodes until "
expect 705s job late state Pending
expect 705s job later state Pending
expect 2440s job late state Completed
expect 2440s job later state Completed
expect 2480s job wide message ~"jobs behind it may pass until "
expect 2480s job wide state Pending
