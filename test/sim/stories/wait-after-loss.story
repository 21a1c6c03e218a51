# A lost member is replaced; then the user asks to wait for lost nodes. When the replacement fails,
# no third one is made while the first may still run on the node that nobody hears.
nodes 2 cpu=4 memory=8
at 5s apply job work parallelism=1 run=20s fails=2
expect 8s job work active 1
at 10s cut n1 120s
at 25s apply job work parallelism=1 run=20s fails=2 loss=Wait
expect 30s created 2
expect 120s created 2
expect 200s job work state Completed
expect 200s created 3
