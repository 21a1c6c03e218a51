# The kubelets refuse the Pods
# The nodes have less than Muster knows, because static Pods or daemons take some of it.
nodes 2 memory=8Gi
at 5s apply job work refuse=100 run=10m memory=1Gi
show 25s job work
