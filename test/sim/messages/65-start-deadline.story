# The job could not start in time
# No node had room for as long as `startDeadlineSeconds` allows.
nodes 2 memory=8Gi
at 5s apply job work startby=60 memory=100Gi
show 90s job work
