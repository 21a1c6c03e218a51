# A member that failed is replaced although the status that counts its failure is refused for good.
nodes 2 cpu=4 memory=8
at 4s refuse-status work
at 5s apply job work cpu=500m run=3s fails=1
expect 60s starts work 0 2
expect 60s event work FailedUpdateStatus n=1
at 61s refuse-status
expect 130s job work state Completed
expect 130s job work failed 1
