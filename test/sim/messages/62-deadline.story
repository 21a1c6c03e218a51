# The job took too long
nodes 2 memory=8Gi
at 5s apply job work parallelism=2 run=30m deadline=60 memory=1Gi
show 90s job work
