# A ResourceQuota is used up
nodes 3 memory=8Gi
at 4s quota pods=1
at 5s apply job work parallelism=2 run=10m memory=1Gi
show 20s job work
