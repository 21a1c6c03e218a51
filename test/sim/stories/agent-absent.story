# An agent that stays away while its node is Ready: the coordinator reads that node's pods itself.
nodes 2 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=20s
expect 8s job work active 2
at 10s crash n2
expect 60s job work state Completed
expect 60s job work completed 0,1
expect 60s created 2
