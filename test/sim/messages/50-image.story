## Jobs whose members do not start
# An image cannot be pulled
nodes 2 memory=8Gi
at 5s apply job work parallelism=2 pull=10m memory=1Gi
show 20s job work
