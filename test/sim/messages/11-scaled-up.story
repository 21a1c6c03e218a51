# More members were asked for, and there is no node for one of them
# `kubectl scale computejob work --replicas=4` on a cluster of three nodes. The members that fit run already.
nodes 3 memory=8Gi
at 5s apply job work parallelism=2 run=10m memory=1Gi
at 15s scale job work parallelism=4
show 30s job work
