# The same while nodes leave and come back: a gang that has started keeps its place, the one that
# waits starts only as a whole.
nodes 4 cpu=4 memory=8
at 5s apply job red parallelism=2 cpu=4 run=60s
at 6s apply job blue parallelism=3 cpu=4 run=10s
expect 9s pods red 2 phase=started
expect 9s pods blue 0
at 10s cordon n1
at 10s drain n1
expect 15s pods red 2 phase=started
expect 15s pods blue 0
at 20s uncordon n1
expect 60s pods blue 0
expect 90s job red state Completed
expect 90s job blue state Completed
expect 90s created 6
