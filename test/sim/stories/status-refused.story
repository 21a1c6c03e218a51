# A status that is refused for good is told by one Event and does not stop the job; it is tried again,
# ever more rarely, and written when it is taken.
nodes 2 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=20s
expect 8s job work ready 2
at 9s refuse-status work
expect 40s pods work 2 phase=Succeeded
expect 40s job work state Running
expect 40s event work FailedUpdateStatus "refused by a policy"
expect 120s event work FailedUpdateStatus n=1
at 121s refuse-status
expect 190s job work state Completed
expect 190s job work succeeded 2
