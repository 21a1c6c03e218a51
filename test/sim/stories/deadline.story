# activeDeadlineSeconds counts from the first placement (waiting is free) for the job as a whole.
nodes 1 cpu=4 memory=8
at 5s apply job first cpu=4 run=30s
at 6s apply job work cpu=4 run=100s deadline=20
expect 36s job work start 35
expect 50s job work state Running
expect 56s job work state Failed
expect 56s job work reason DeadlineExceeded
expect 56s job work Failed.message "the job was active for longer than 20 s (activeDeadlineSeconds); create it again with a longer deadline if it needs more time"
expect 56s event work DeadlineExceeded
expect 56s job work failed 0
expect 58s pods work 0 phase=live
