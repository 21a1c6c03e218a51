# More indexes failed than may
nodes 4 memory=8Gi
at 5s apply job work completions=8 parallelism=4 min=1 perindex=0 mostfailed=1 run=2s bad=2 memory=1Gi
show 5m job work
