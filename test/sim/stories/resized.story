# A pod of somebody else shrinks in place. Until its kubelet has done so the room is not free: a member
# that took it would be refused. One that grows takes the room at once. One that asks for more than the
# node has keeps what it has.
nodes 1 cpu=4 memory=8
at 2s foreign n1 server cpu=3
at 5s kubelet-stop n1
at 6s resize-foreign n1 server cpu=500m
at 10s apply job work cpu=2 run=300s
expect 20s job work reason Unschedulable
expect 20s pods work 0
at 25s kubelet-start n1
expect 35s job work state Running
expect 35s asked work 1
# 0.5 are used and 2 by the job: 1.5 are left, but another 1 is desired.
at 40s resize-foreign n1 server cpu=1500m
at 41s apply job more cpu=1 run=5s
expect 50s job more reason Unschedulable
at 60s resize-foreign n1 server cpu=1
expect 70s job more state Completed
# What can never be is not waited for.
at 80s resize-foreign n1 server cpu=9
at 90s apply job last cpu=1 run=5s
expect 100s job last state Completed
