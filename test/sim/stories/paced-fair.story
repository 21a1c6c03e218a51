# The creates are shared by jobs: the small job that comes last has its pods first, while the large
# ones still wait for most of theirs.
nodes 30 cpu=16 memory=64
at 4s seats n=2 queue=200 takes=100ms
at 10s apply job large parallelism=30 cpu=100m run=300s
at 10s apply job larger parallelism=30 cpu=100m run=300s
at 10s apply job largest parallelism=30 cpu=100m run=300s
at 10s apply job also parallelism=30 cpu=100m run=300s
at 10s apply job too parallelism=30 cpu=100m run=300s
at 10s apply job huge parallelism=30 cpu=100m run=300s
at 11s apply job small parallelism=3 cpu=100m run=300s
expect 15s pods small 3
expect 15s created <=130
expect 30s created 183
