# A finished job is deleted and made again under its name: it runs again, from the beginning.
nodes 2 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=2s
expect 10s job work state Completed
at 20s recreate job work parallelism=2 cpu=500m run=2s
expect 26s job work state Completed
expect 26s job work completed 0,1
expect 26s pods work 2
expect 26s created 4
