# An init container that takes long
# There is nothing to do: the member starts when its init container is done.
nodes 2 memory=8Gi
at 5s apply job work run=10m memory=1Gi init=1h
show 120s job work
