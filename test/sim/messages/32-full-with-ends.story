# All nodes are full, and it is known until when
# The job that runs has a deadline. Until then, the node is kept for the job that waits.
nodes 1 cpu=4 memory=8Gi
at 5s apply job first cpu=3 run=30m deadline=600 memory=1Gi
at 10s apply job work cpu=2 memory=1Gi
show 20s job work
