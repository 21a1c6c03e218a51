## Jobs that wait for nodes
# No node has what a member asks for
# A member asks for 8 CPUs, and no node has more than 4.
nodes 3 cpu=4 memory=8Gi
at 5s apply job work cpu=8 memory=1Gi
show 15s job work
