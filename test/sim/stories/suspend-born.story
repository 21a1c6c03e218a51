# A job that is made suspended waits outside of the queue: it holds up nobody, and starts when it is
# resumed.
nodes 1 cpu=4 memory=8
at 5s apply job work cpu=4 run=10s suspend=1 priority=9
at 6s apply job other cpu=4 run=5s
expect 7s job work state Suspended
expect 7s job work Suspended True
expect 7s job work reason JobSuspended
expect 7s created 1
expect 13s job other state Completed
at 20s resume job work
expect 33s job work state Completed
