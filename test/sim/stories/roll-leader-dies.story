# A rollout goes on where it was when the coordinator dies: the pods themselves tell which are new.
nodes 4 cpu=4 memory=8
at 5s apply job work parallelism=4 cpu=500m run=300s
expect 8s job work ready 4
at 10s edit job work v=2
at 12s crash leader
expect 14s pods work >=1 v=1 phase=started
expect 20s pods work >=3 phase=started
expect 60s pods work 4 phase=started v=2
expect 60s pods work 4
expect 60s created 8
expect 60s job work failed 0
expect 60s job work observed latest
