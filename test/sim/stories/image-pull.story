# An image that cannot be pulled: told in status and as an Event within 10 s, in the kubelet's words;
# the kubelet goes on trying, nothing is charged or restarted; once it can be pulled, all is well.
nodes 1 cpu=4 memory=8
at 5s apply job work cpu=500m run=5s pull=60s backoff=0
expect 15s job work reason MemberWaiting
expect 15s job work message ~"ErrImagePull: container main: failed to pull"
expect 15s event work MemberWaiting "member 0: ErrImagePull"
expect 15s job work state Pending
expect 15s job work active 1
expect 60s job work failed 0
expect 60s created 1
expect 60s event work MemberWaiting n=1
expect 70s job work state Running
expect 70s job work reason ""
expect 80s job work state Completed
