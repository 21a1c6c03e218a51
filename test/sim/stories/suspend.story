# suspend stops the members and charges nobody; indexes that have completed stay so. Resumed, only
# the others run again, with a new startTime.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=3 cpu=500m run=20s backoff=0
at 15s delete member work 1
expect 28s job work completed 0,2
at 28s suspend job work
expect 30s job work state Suspended
expect 30s job work Suspended True
expect 30s job work Suspended.reason JobSuspended
expect 30s job work Scheduled False
expect 30s job work start none
expect 30s job work active 0
expect 30s job work completed 0,2
expect 30s job work reason JobSuspended
expect 30s event work JobSuspended
expect 31s pods work 0 phase=live
expect 100s job work failed 0
at 101s resume job work
expect 104s job work Suspended False
expect 104s job work Suspended.reason JobResumed
expect 104s job work start 101
expect 104s event work JobResumed
expect 104s pods work 1 phase=started
expect 104s starts work 0 1
expect 130s job work state Completed
expect 130s job work completed 0-2
expect 130s starts work 0 1
