# Somebody deletes the Pods of a job again and again
# A script runs `kubectl delete pod` in a loop.
nodes 2 memory=8Gi
at 5s apply job work run=10m memory=1Gi
at 10s delete-loop work 30s
show 20s job work
