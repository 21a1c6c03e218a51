# The pod garbage collector takes finished pods: what was counted stays counted, nothing reruns,
# also when the coordinator starts anew and finds no pod.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=3 cpu=500m run=20s
at 5s apply job done parallelism=2 cpu=500m run=1s
at 15s delete member work 2
expect 29s job work completed 0,1
at 30s collect-pods
expect 31s pods work 1
expect 31s pods done 0
at 32s crash leader
at 33s start coordinator-0
expect 60s job work state Completed
expect 60s job work completed 0-2
expect 60s job done state Completed
expect 60s created 6
expect 60s starts work 0 1
