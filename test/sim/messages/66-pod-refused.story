# Each kubelet refuses what the Pod is
# An unsafe sysctl, which no node allows. Nothing is charged, because each node was asked only once.
nodes 2 memory=8Gi
at 5s apply job work run=1h memory=1Gi sysctl=1
show 30s job work
