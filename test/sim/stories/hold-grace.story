# An end is the deadline and the grace period after it, for what runs and for what wants to pass:
# what needs its whole grace period to stop delays nobody who was told that it would not.
nodes 2 cpu=4 memory=8
at 5s apply job runs cpu=4 run=500s deadline=60 stop=25s
at 6s apply job wide parallelism=2 priority=10 cpu=4 run=10s
at 7s apply job long cpu=4 run=500s deadline=70 stop=25s
at 8s apply job short cpu=4 run=500s deadline=50 stop=25s
expect 10s job long state Pending
expect 10s job short state Running
expect 95s job wide state Running
expect 95s job long state Pending
expect 130s job long state Running
