# An init container that takes long is nothing wrong: after ten seconds the status says that it runs, and
# there is no warning. One that fails fails the member.
nodes 1 cpu=4 memory=8
at 5s apply job work cpu=500m run=5s init=200s
expect 20s job work state Pending
expect 20s job work reason MemberStarting
expect 20s job work message "member 0: init container prepare runs"
expect 190s job work reason MemberStarting
expect 190s event work MemberWaiting n=0
expect 208s job work reason ""
expect 220s job work state Completed
at 230s apply job fails backoff=0 cpu=500m init=1s initexit=3
expect 240s job fails state Failed
expect 240s job fails reason BackoffLimitExceeded
expect 240s job fails message ~"exit code 3 (Error): container prepare"
