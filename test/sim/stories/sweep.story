# More indexes than nodes: at most two members at once, the lowest index first, until all have succeeded.
nodes 3 cpu=4 memory=8
at 5s apply job work completions=5 parallelism=2 min=1 cpu=500m run=10s
expect 8s pods work 1 index=0 phase=started
expect 8s pods work 1 index=1 phase=started
expect 8s pods work 2
expect 8s job work active 2
expect 22s job work completed 0,1
expect 22s job work message "2 of 5 indexes have succeeded"
expect 22s pods work 1 index=3 phase=started
expect 22s pods work 0 index=4
expect 50s job work state Completed
expect 50s job work completed 0-4
expect 50s job work message "all 5 indexes have succeeded"
expect 50s created 5
