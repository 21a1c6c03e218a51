# The status of a job cannot be written
# An admission policy refuses the status. The job goes on; only what is told of it is old.
nodes 2 memory=8Gi
at 5s apply job work run=20s memory=1Gi
at 7s refuse-status work
show 40s job work
