# The API server refuses any other change of a finished job; nothing of it runs again.
nodes 2 cpu=4 memory=8
at 5s apply job work cpu=500m run=2s
expect 10s job work state Completed
at 20s edit job work v=2
at 21s edit job work parallelism=2
expect 21s refused 2
expect 40s job work state Completed
expect 40s created 1
