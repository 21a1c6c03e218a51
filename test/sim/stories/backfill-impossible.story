# A job that not even the empty cluster could hold holds up nobody; nor does it take the place of
# the first one behind it that could, which has its reservation.
nodes 2 cpu=4 memory=8
at 5s apply job runs cpu=4 run=50s deadline=60
at 6s apply job huge parallelism=2 cpu=16 run=10s
at 7s apply job brief cpu=4 run=10s deadline=20
expect 10s job brief state Running
expect 10s job huge message "needs 2 nodes: 0 fit; 2 lack cpu; add nodes that have more, or lower the requests"
at 11s apply job big parallelism=2 cpu=4 run=10s
at 12s apply job endless cpu=4 run=10s
expect 25s job brief state Completed
expect 25s job endless state Pending
expect 25s job big message ~"expected to start in "
expect 75s job big state Completed
expect 90s job endless state Completed
expect 90s job huge state Pending
