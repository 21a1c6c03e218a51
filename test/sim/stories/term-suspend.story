# A program that catches SIGTERM and ends with 0 has not succeeded when it is suspended: it runs again
# after the resume, uncharged, and completes its index when it ends by itself.
nodes 2 cpu=4 memory=8
at 5s apply job work parallelism=2 run=60s term=0 stop=1s backoff=0
expect 8s job work ready 2
at 10s suspend job work
expect 20s job work state Suspended
expect 20s job work completed ""
expect 20s job work Complete none
expect 20s pods work 0 phase=live
at 30s resume job work
expect 34s pods work 2 phase=started attempt=2
expect 34s job work state Running
expect 34s job work failed 0
expect 100s job work state Completed
expect 100s job work completed 0,1
expect 100s starts work 0 2
expect 100s starts work 1 2
