# A sidecar that does not start up
# The containers of the job wait for the sidecar. Look at its startup probe and its log.
nodes 2 memory=8Gi
at 5s apply job work run=10m memory=1Gi sidecar=1h
show 30s job work
