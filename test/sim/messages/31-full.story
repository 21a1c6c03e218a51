# All nodes are full
# Jobs that run take all CPUs, and nobody knows when they end.
nodes 2 cpu=4 memory=8Gi
at 5s apply job first parallelism=2 cpu=3 run=30m memory=1Gi
at 10s apply job work cpu=2 memory=1Gi
show 20s job work
