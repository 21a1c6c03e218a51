# Drain, NoExecute and deletion by hand of programs that end with 0 when they are stopped: each runs
# again elsewhere, uncharged.
nodes 4 cpu=4 memory=8
at 5s apply job work parallelism=1 run=60s term=0 backoff=0
expect 8s pods work 1 node=n1 phase=started
at 10s cordon n1
at 10s drain n1
expect 14s pods work 1 phase=started attempt=2 node=n2
at 20s taint n2 broken:NoExecute
expect 24s pods work 1 phase=started attempt=3 node=n3
at 30s delete member work 0
expect 36s pods work 1 phase=started attempt=4
expect 36s job work completed ""
expect 36s job work failed 0
expect 110s job work state Completed
expect 110s starts work 0 4
