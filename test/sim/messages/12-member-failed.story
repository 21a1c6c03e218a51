# A member failed, and is tried again
# The program of one member ended with exit code 3. The others go on.
nodes 3 memory=8Gi
at 5s apply job work parallelism=2 run=10m memory=1Gi
at 5s apply job train run=5s exit=3 memory=1Gi
show 14s job train
