# There are fewer nodes than members
# All members of a job start together (`minParallelism` was not given), each on a node of its own.
nodes 2 memory=8Gi
at 5s apply job work parallelism=3 memory=1Gi
show 15s job work
