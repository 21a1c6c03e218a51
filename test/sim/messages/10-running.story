## Jobs that run
# All members run
# The job has three members, each on a node of its own. There is nothing to do.
nodes 4 memory=8Gi
at 5s apply job work parallelism=3 run=10m memory=1Gi
show 15s job work
