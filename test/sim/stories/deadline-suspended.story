# The deadline does not count while the job is suspended, and begins anew when it is resumed.
nodes 1 cpu=4 memory=8
at 5s apply job work cpu=500m run=100s deadline=30
at 20s suspend job work
expect 21s job work start none
expect 300s job work state Suspended
at 301s resume job work
expect 303s job work start 301
expect 325s job work state Running
expect 332s job work state Failed
expect 332s job work reason DeadlineExceeded
