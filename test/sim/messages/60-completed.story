## Jobs that have ended
# All members have succeeded
nodes 2 memory=8Gi
at 5s apply job work parallelism=2 run=5s memory=1Gi
show 30s job work
