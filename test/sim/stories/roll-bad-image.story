# A rollout to an image that cannot be pulled, behind an init container that can run: one member is
# down and no more, and its words are told. Put right, all go on.
nodes 4 cpu=4 memory=8
at 5s apply job work parallelism=4 cpu=500m run=1h init=2s
expect 12s job work ready 4
at 15s edit job work pull=2h
expect 200s job work ready 3
expect 200s job work active 4
expect 200s job work nodes 3
expect 200s pods work 3 phase=started
expect 200s job work reason MemberWaiting
expect 200s job work message ~"container main"
at 210s edit job work pull=0s v=2
expect 260s job work ready 4
expect 260s pods work 4 phase=started v=2
expect 260s job work reason ""
