# A gang of three of ten indexes starts whole, also after a suspension; members that end make room one by one.
nodes 3 cpu=4 memory=8
at 4s cordon n3
at 5s apply job work completions=5 parallelism=3 cpu=500m run=10s
expect 8s pods work 0
expect 8s job work message ~"needs 3 nodes: 2 fit"
at 10s uncordon n3
expect 13s pods work 3 phase=started
expect 24s job work completed 0-2
expect 24s pods work 2 phase=started
expect 40s job work state Completed
