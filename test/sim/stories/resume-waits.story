# Resumed while a new leader has not heard all agents: members that it does not know of may live,
# so the job waits a moment, and says that it does.
nodes 2 cpu=4 memory=8
at 5s apply job work parallelism=1 cpu=500m run=30s
expect 8s job work ready 1
at 10s suspend job work
at 12s crash n2
at 13s crash leader
expect 40s job work state Suspended
at 40s resume job work
expect 42s job work state Pending
expect 42s job work Scheduled False
expect 42s job work Scheduled.reason Waiting
expect 65s job work state Running
expect 99s job work state Completed
