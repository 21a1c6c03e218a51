# An index that waits for its next try keeps its place: no other is begun instead.
nodes 4 cpu=4 memory=8
at 5s apply job work completions=3 parallelism=2 min=1 cpu=500m run=5s fails=1
expect 14s job work failed 2
expect 16s pods work 2
expect 16s pods work 0 index=2
expect 22s pods work 1 index=0 phase=started
expect 24s pods work 0 index=2
expect 28s pods work 1 index=2 phase=started
expect 90s job work state Completed
expect 90s job work completed 0-2
expect 90s job work failed 3
expect 90s created 6
