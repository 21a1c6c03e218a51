# A rollout to something that cannot start stops after the first: the others go on with the old. Put
# right, it goes through.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=3 cpu=500m run=300s
expect 8s job work ready 3
at 10s edit job work pull=1h
expect 30s pods work 2 phase=started
expect 30s job work state Running
expect 30s job work reason MemberWaiting
expect 30s job work message ~"container main: failed to pull"
at 40s edit job work pull=0s v=2
expect 60s pods work 3 phase=started v=2
expect 60s job work reason ""
