# A volume that is never mounted (a claim that waits for its first consumer, a Secret that is not
# there): the pod's status says only ContainerCreating; after a minute the job says whose Events to
# read. It starts as soon as that is mended, and nothing is charged.
nodes 2 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=5s mount=100s
expect 12s job work reason ""
expect 60s job work reason MemberStarting
expect 60s event work MemberWaiting n=0
expect 70s job work state Pending
expect 70s job work reason MemberWaiting
expect 70s job work message ~"member 0: not started for 60 s: the pod has no sandbox (network, volumes, runtime); look at the Events of pod work-0-"
expect 70s event work MemberWaiting n=1
expect 70s writes work <=4
expect 120s job work state Completed
expect 120s job work failed 0
expect 120s event work MemberWaiting n=1
