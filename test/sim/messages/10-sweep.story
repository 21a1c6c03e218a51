# More work than nodes
# Five indexes, two members at a time. The message says how far the job is.
nodes 3 memory=8Gi
at 5s apply job sweep completions=5 parallelism=2 min=1 run=20s memory=1Gi
show 35s job sweep
