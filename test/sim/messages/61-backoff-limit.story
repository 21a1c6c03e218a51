# Too many attempts failed
nodes 2 memory=8Gi
at 5s apply job work run=2s exit=1 backoff=2 memory=1Gi
show 5m job work
