# Some indexes failed, the others have succeeded
nodes 4 memory=8Gi
at 5s apply job work completions=8 parallelism=4 min=1 perindex=0 run=2s bad=4 memory=1Gi
show 9s job work
show 5m job work
