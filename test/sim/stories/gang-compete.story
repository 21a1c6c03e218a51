# Two gangs compete for the last nodes: one has all of its own, the other holds nothing; then the
# other has all. Neither waits for ever, neither sits on a part.
nodes 4 cpu=4 memory=8
at 5s apply job red parallelism=3 cpu=4 run=10s
at 6s apply job blue parallelism=3 cpu=4 run=10s
expect 8s pods blue 0
expect 8s pods red 3 phase=started
expect 8s job blue message "needs 3 nodes: 1 fits; 3 lack cpu; jobs of its priority may pass it until 2026-01-01T00:10:07Z"
expect 12s pods blue 0
expect 20s pods blue 3 phase=started
expect 40s job blue state Completed
expect 40s job red state Completed
expect 40s created 6
