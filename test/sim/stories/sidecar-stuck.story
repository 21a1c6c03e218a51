# A sidecar runs and does not start up: the work waits for it, which is told after ten seconds with its
# name, and as a warning after a minute.
nodes 1 cpu=4 memory=8
at 5s apply job work cpu=500m run=5s sidecar=120s
expect 12s job work reason ""
expect 20s job work state Pending
expect 20s job work reason MemberStarting
expect 20s job work message "member 0: sidecar logger has not started up"
expect 20s event work MemberWaiting n=0
expect 80s job work reason MemberWaiting
expect 80s job work message ~"not started for 60 s: sidecar logger has not started up"
expect 80s event work MemberWaiting n=1
expect 130s job work state Running
expect 130s job work reason ""
expect 140s job work state Completed
