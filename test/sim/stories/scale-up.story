# More parallelism: what fits is added; nobody who runs is touched.
nodes 4 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=60s
expect 8s job work active 2
at 10s scale job work parallelism=4
expect 13s job work active 4
expect 13s job work ready 4
expect 13s job work observed latest
expect 13s pods work 4 phase=started
expect 13s starts work 0 1
expect 13s starts work 1 1
expect 90s job work state Completed
expect 90s job work completed 0-3
expect 90s created 4
