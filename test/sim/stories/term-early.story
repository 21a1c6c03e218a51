# What ended before it was asked to stop has succeeded, though its kubelet tells of the end only when
# the pod is being deleted already; one that ends of itself within its grace period has not.
nodes 2 cpu=4 memory=8
at 5s apply job early parallelism=1 cpu=1 run=10s late=5s
at 5s apply job late parallelism=1 cpu=1 run=10s stop=20s
expect 8s job early ready 1
expect 8s job late ready 1
at 13s delete member late 0
at 18s delete member early 0
expect 22s job early state Completed
expect 22s starts early 0 1
expect 22s job late completed ""
expect 60s job late state Completed
expect 60s job late failed 0
expect 60s starts late 0 2
