# The same under Wait: nothing runs in its place; when the kubelet is back, nothing has happened.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=2 run=120s loss=Wait
expect 8s pods work 1 node=n1 phase=started
at 10s kubelet-stop n1
expect 55s node n1 state Failed
expect 55s job work reason WaitingForNode
at 80s kubelet-start n1
expect 85s node n1 state Running
expect 150s job work state Completed
expect 150s created 2
expect 150s starts work 0 1
