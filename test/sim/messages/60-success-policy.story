# Completed before all indexes have succeeded
nodes 4 memory=8Gi
at 5s apply job work completions=8 parallelism=2 min=1 success=0-2 run=3s memory=1Gi
show 5m job work
