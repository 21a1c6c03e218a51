# completedIndexes is written as Indexed Jobs do: ranges of three and more with a dash.
nodes 7 cpu=4 memory=8
at 5s apply job work parallelism=7 cpu=500m run=20s
at 15s delete member work 1
at 15s delete member work 6
expect 28s job work completed 0,2-5
expect 45s job work completed 0-6
