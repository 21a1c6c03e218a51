# What admission injected is no part of the work: the member runs as soon as the user's containers do.
# An injected container that waits is told with its name all the same. Readiness counts all of them.
nodes 1 cpu=4 memory=8
at 5s apply job work cpu=500m run=60s inject=30s second=1
expect 15s job work state Running
expect 15s job work nodes 1
expect 15s job work ready 0
expect 15s job work reason MemberWaiting
expect 15s job work message ~"ErrImagePull: container proxy"
expect 45s job work reason ""
expect 45s job work ready 1
expect 80s job work state Completed
