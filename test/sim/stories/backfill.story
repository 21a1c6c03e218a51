# A big job that does not fit is given its nodes at the time that the deadlines of what runs there
# tell, and says when. A small one passes it only if it ends before: short does, long does not, and
# one without a deadline does not either.
nodes 2 cpu=4 memory=8
at 5s apply job runs cpu=4 run=50s deadline=60
at 6s apply job big parallelism=2 cpu=4 run=10s
at 7s apply job long cpu=4 run=10s deadline=200
at 7s apply job endless cpu=4 run=10s
expect 9s job big state Pending
expect 9s job big message ~"expected to start in "
expect 9s job long state Pending
expect 9s job long message ~"reserved for a job ahead"
expect 9s job endless state Pending
at 10s apply job short cpu=4 run=10s deadline=30
expect 12s job short state Running
expect 30s job short state Completed
expect 30s job long state Pending
expect 60s job big state Running
expect 60s job long state Pending
expect 90s job long state Completed
expect 90s job endless state Completed
