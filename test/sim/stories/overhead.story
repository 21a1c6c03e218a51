# Admission adds an overhead to each pod. A dry run tells before the first pod is made: each node
# takes as many members as it has room for, the rest waits, and no kubelet refuses any.
nodes 2 cpu=2 memory=8
at 2s overhead cpu=1000
at 5s apply job one parallelism=2 cpu=500m run=60s
at 6s apply job two parallelism=2 cpu=500m run=60s
expect 12s job one ready 2
expect 12s job two state Pending
expect 12s job two message ~"2 lack cpu"
expect 12s pods two 0
expect 12s job two failed 0
expect 100s job two ready 2
expect 200s job two state Completed
