# The user mends the image's name: the member that waits is replaced at once, though a strategy is to
# spare those that run.
nodes 2 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=5s pull=1h
expect 15s job work reason MemberWaiting
at 20s edit job work pull=0s
expect 25s job work ready 2
expect 25s job work reason ""
expect 40s job work state Completed
expect 40s job work failed 0
expect 40s created 4
