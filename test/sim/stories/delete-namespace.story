# A namespace is deleted: its jobs and pods go, in whatever order, and nothing is made again. A pod
# that goes before its job is a disruption, whose replacement the API server refuses.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=3 cpu=500m run=100s
at 5s apply job done parallelism=1 cpu=500m run=1s
expect 9s job work active 3
at 10s delete namespace
expect 14s job work gone
expect 14s pods work 0
expect 14s pods done 0
expect 30s created 4
expect 30s node n1 members 0
