# The last indexes of the largest job, and a leader that dies meanwhile: the next one takes their members over like any others.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=10000 min=1 cpu=500m run=40s suspend=1
at 7s write-status job work completed=0-9996 succeeded=9997
at 9s resume job work
expect 20s job work active 3
at 25s crash leader
expect 45s job work active 3
expect 90s job work state Completed
expect 90s job work completed 0-9999
expect 120s created 3
