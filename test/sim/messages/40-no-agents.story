# No node has an agent
# The Pods of the DaemonSet muster-agent do not run.
nodes 2 memory=8Gi
at 3s crash n1
at 3s crash n2
at 5s apply job work memory=1Gi
show 40s job work
