# Deletion in the background: the job goes at once, its members right after it.
nodes 2 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=100s
expect 8s job work active 2
at 10s delete job work
expect 10s job work gone
expect 11s pods work 0 phase=live
expect 13s pods work 0
expect 20s node n1 members 0
