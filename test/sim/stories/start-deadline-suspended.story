# The time to start does not run while the job is suspended, and begins anew when it is resumed.
nodes 1 cpu=4 memory=8
at 5s apply job work cpu=8 run=100s startby=30
at 20s suspend job work
expect 100s job work state Suspended
at 101s resume job work
expect 125s job work state Pending
expect 133s job work state Failed
expect 133s job work reason StartDeadlineExceeded
