# minParallelism governs the start only: with two of five the job starts, and grows as nodes come;
# when one goes later, it goes on with fewer than that.
nodes 4 cpu=4 memory=8
at 4s cordon n2
at 4s cordon n3
at 4s cordon n4
at 5s apply job work parallelism=5 min=2 cpu=500m run=100s
expect 8s pods work 0
expect 8s job work message ~"needs 2 nodes: 1 fits"
at 10s uncordon n2
expect 13s pods work 2 phase=started
expect 13s job work Scheduled True
expect 13s job work state Running
expect 13s job work message ~"needs 3 more nodes"
at 15s uncordon n3
expect 18s pods work 3 phase=started
expect 18s starts work 0 1
expect 18s starts work 1 1
at 20s cordon n1
at 20s cordon n2
at 20s drain n1
at 20s drain n2
expect 23s pods work 1 phase=started
expect 23s job work state Running
expect 23s job work failed 0
