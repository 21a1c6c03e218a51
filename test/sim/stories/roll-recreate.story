# Recreate: all of the old are gone before any of the new comes, also if one of them takes long to
# stop (its node is off the network for a while).
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=3 cpu=500m run=100s update=Recreate
expect 8s job work ready 3
at 9900ms cut n3 5s
at 10s edit job work cpu=1
expect 10050ms pods work 0 phase=live
expect 10050ms pods work 3
expect 14s pods work 1
expect 14s created 3
expect 30s pods work 3
expect 30s pods work 3 phase=started
expect 30s created 6
expect 30s job work failed 0
expect 30s job work state Running
