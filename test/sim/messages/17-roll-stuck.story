# The new version of a job cannot start
# The image was changed to one that does not exist. The first member that was replaced cannot start; the others still run the old version.
nodes 3 memory=8Gi
at 5s apply job work parallelism=3 run=10m update=RollingUpdate memory=1Gi
at 20s edit job work pull=10m
show 40s job work
