# The job is resumed, and another job has its nodes
nodes 2 cpu=4 memory=8Gi
at 5s apply job work parallelism=2 cpu=3 run=10m memory=1Gi
at 15s suspend job work
at 20s apply job other parallelism=2 cpu=3 run=30m memory=1Gi
at 25s resume job work
show 35s job work
