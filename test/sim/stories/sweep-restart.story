# A new leader goes on where the one before was: no index runs twice, and no more than two run at once.
nodes 3 cpu=4 memory=8
at 5s apply job work completions=6 parallelism=2 min=1 cpu=500m run=10s
at 12s crash leader
expect 100s job work state Completed
expect 100s job work completed 0-5
expect 100s created 6
