# An image that can never be pulled costs nothing until the deadline, if there is one.
nodes 1 cpu=4 memory=8
at 5s apply job work cpu=500m run=5s pull=1h deadline=60
expect 60s job work state Pending
expect 60s job work failed 0
expect 66s job work state Failed
expect 66s job work reason DeadlineExceeded
expect 66s job work failed 0
expect 70s pods work 0 phase=live
