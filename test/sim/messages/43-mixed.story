# Several causes at once
# Each node is counted once, by the first cause that keeps the job from it.
nodes 4 cpu=4 memory=8Gi
at 4s cordon n1
at 4s taint n2 dedicated=teamx:NoSchedule
at 4s label n3 zone=a
at 5s apply job work parallelism=2 cpu=8 selector=zone=a memory=1Gi
show 15s job work
