# A gang of which the quota refuses a part gives all back and waits with a backoff: nothing of it is
# left, it is not started, and others use the room meanwhile. With quota it starts as a whole.
nodes 3 cpu=4 memory=8
at 4s quota pods=2
at 5s apply job work parallelism=3 cpu=4 run=10s
expect 8s pods work 0 phase=live
expect 9s pods work 0
expect 9s job work state Pending
expect 9s job work start none
expect 9s job work active 0
expect 9s job work reason FailedCreate
expect 9s job work message ~"exceeded quota"
expect 9s job work Scheduled False
expect 9s job work Scheduled.reason FailedCreate
expect 9s event work FailedCreate n=1
at 9s apply job small cpu=4 run=5s
expect 14s job small state Running
at 20s quota pods=0
expect 90s job work state Completed
expect 90s job work failed 0
expect 90s job work reason CompletionsReached
