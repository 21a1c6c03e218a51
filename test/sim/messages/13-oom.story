# A member used more memory than its limit
nodes 2 memory=8Gi
at 5s apply job train run=5s oom=1 memory=1Gi
show 14s job train
