# A deadline that is set or moved takes effect at once: over already, the job fails there and then.
nodes 1 cpu=4 memory=8
at 5s apply job work cpu=500m run=300s
expect 8s job work start 5
at 30s edit job work deadline=60
expect 60s job work state Running
at 61s edit job work deadline=20
expect 62s job work state Failed
expect 62s job work reason DeadlineExceeded
expect 62s job work Failed True
expect 62s job work Failed.reason DeadlineExceeded
expect 64s pods work 0 phase=live
at 70s apply job longer cpu=500m run=30s deadline=20
at 80s edit job longer deadline=60
expect 110s job longer state Completed
