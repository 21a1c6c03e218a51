# A kubelet refuses a member (OutOfcpu and kin): placed again elsewhere at once, uncharged; that node
# is not asked again for a while.
nodes 3 cpu=4 memory=8
at 5s apply job work cpu=500m run=20s refuse=2 backoff=0
expect 8s job work failed 0
expect 12s pods work 1 attempt=3 phase=started
expect 12s pods work 1 node=n1
expect 12s pods work 1 node=n2
expect 12s pods work 1 node=n3
expect 40s job work state Completed
expect 40s created 3
