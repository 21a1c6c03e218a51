# An image that cannot be pulled behind an init container
# The init container has run, and the image of `main` cannot be pulled: the job is not Running. Correct `spec.image`.
nodes 2 memory=8Gi
at 5s apply job work parallelism=2 run=10m memory=1Gi init=3s pull=1h
show 30s job work
