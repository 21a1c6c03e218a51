# Less parallelism: the highest index leaves first; nothing is charged, and up again they come back.
nodes 4 cpu=4 memory=8
at 5s apply job work parallelism=4 cpu=500m run=60s
expect 8s job work active 4
at 10s scale job work parallelism=2
expect 13s pods work 2
expect 13s pods work 1 index=0
expect 13s pods work 1 index=1
expect 13s job work active 2
expect 13s job work failed 0
at 20s scale job work parallelism=3
expect 23s pods work 1 index=2 phase=started
expect 100s job work state Completed
expect 100s job work completed 0-2
expect 100s starts work 0 1
expect 100s starts work 2 2
expect 100s created 5
