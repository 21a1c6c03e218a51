# The address of a lost member leaves the Service of its gang when another member takes its place, or when it is not
# wanted any more. Until then, and where the job waits for its node, it stays.
nodes 4 cpu=4 memory=8
at 5s apply job work parallelism=3 run=200s
at 5s apply job waits parallelism=4 loss=Wait run=200s
expect 8s pods work 3 current=true
at 10s cut n1 40s
expect 12s pods work 3 current=true
expect 20s pods work 1 index=0 attempt=1 node=n1 current=none
expect 20s pods work 1 index=0 attempt=2 current=true
expect 20s pods waits 4 current=true
expect 58s pods waits 4 phase=live current=true
at 60s power-off n4
expect 74s pods waits 4 current=true
at 75s scale job waits parallelism=3
expect 78s pods waits 1 index=3 attempt=1 current=none
expect 78s pods waits 3 current=true
