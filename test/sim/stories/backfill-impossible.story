# A job that not even the empty cluster could hold holds up nobody.
nodes 2 cpu=4 memory=8
at 5s apply job runs cpu=4 run=20s deadline=60
at 6s apply job huge parallelism=2 cpu=16 run=10s
at 7s apply job small cpu=4 run=10s
expect 10s job small state Running
expect 10s job huge message "needs 2 nodes: 0 fit; 2 lack cpu"
