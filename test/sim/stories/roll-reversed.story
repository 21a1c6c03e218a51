# A rollout that is reversed half-way: what was replaced goes back, what was not is never touched.
nodes 4 cpu=4 memory=8
at 5s apply job work parallelism=4 cpu=500m run=200s
expect 8s job work ready 4
at 10s edit job work v=2
expect 12s pods work >=1 v=1 phase=started
at 12s edit job work v=1
expect 40s pods work 4 phase=started v=1
expect 40s pods work 4
expect 40s created <=10
expect 40s starts work 3 1
expect 40s job work failed 0
