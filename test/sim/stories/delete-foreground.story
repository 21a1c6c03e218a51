# Deletion in the foreground: the job stays until the last of its pods is gone.
nodes 2 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=100s
expect 8s job work active 2
at 10s delete job work foreground
expect 10050ms job work there
expect 10050ms pods work 0 phase=live
expect 10050ms pods work 2
expect 14s job work gone
expect 14s pods work 0
expect 30s created 2
