# While nobody leads, a job's members succeed, and another job of the same shape is created. The new leader asks what
# admission makes of the shape. The job that has ended does not wait for the answer, and its status says that it is Completed.
nodes 2 cpu=4 memory=8 coordinators=1
at 5s apply job early parallelism=1 run=20s
expect 8s job early active 1
at 10s crash coordinator-0
at 35s apply job late parallelism=1 run=20s
at 40s start coordinator-0
expect 70s job early state Completed
expect 70s job early active 0
expect 110s job late state Completed
# The same names the other way round: jobs are decided in the order of their coming.
at 111s apply job b parallelism=1 run=20s cpu=500m
expect 115s job b active 1
at 116s crash coordinator-0
at 140s apply job a parallelism=1 run=20s cpu=500m
at 150s start coordinator-0
expect 180s job b state Completed
expect 220s job a state Completed
