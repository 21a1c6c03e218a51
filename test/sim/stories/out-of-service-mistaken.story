# The taint out-of-service on a node that answers is somebody's mistake: nothing may run twice by it.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=2 run=60s loss=Wait
expect 8s job work active 2
at 10s taint n1 node.kubernetes.io/out-of-service:NoSchedule
expect 15s node n1 state Failed
expect 15s node n1 reason NodeOutOfService
expect 60s created 2
at 61s untaint n1 node.kubernetes.io/out-of-service
expect 90s job work state Completed
expect 90s created 2
