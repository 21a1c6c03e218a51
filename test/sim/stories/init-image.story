# An init container runs and ends, and then the image of the work cannot be pulled: the member is not
# Running before its work is, and the words name the container. An edit mends it.
nodes 1 cpu=4 memory=8
at 5s apply job work cpu=500m run=60s init=3s pull=1h
expect 8s job work state Pending
expect 8s job work reason ""
expect 16s job work state Pending
expect 16s job work active 1
expect 16s job work nodes 0
expect 16s job work reason MemberWaiting
expect 16s job work message ~"member 0: ErrImagePull: container main: failed to pull"
expect 16s event work MemberWaiting "container main"
at 20s edit job work pull=0s
expect 30s job work state Running
expect 30s job work reason ""
expect 30s job work ready 1
expect 100s job work state Completed
