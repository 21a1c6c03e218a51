# kubectl drain: evictions are disruptions. Each member is replaced at once, with no pause and no charge,
# however often it happens and though the job allows no failure.
nodes 4 cpu=4 memory=8
at 5s apply job work parallelism=2 run=60s backoff=0
expect 8s pods work 1 node=n1 phase=started
at 10s cordon n1
at 10s drain n1
expect 13s pods work 1 index=0 phase=started attempt=2
expect 13s pods work 0 phase=started node=n1
expect 13s node n1 state Drained
at 15s cordon n3
at 15s drain n3
expect 18s pods work 1 index=0 phase=started attempt=3
expect 18s job work failed 0
expect 18s starts work 1 1
expect 90s job work state Completed
expect 90s job work failed 0
