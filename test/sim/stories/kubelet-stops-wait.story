# The same under Wait: nothing runs in its place; when the kubelet is back, nothing has happened.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=2 run=180s loss=Wait
expect 8s pods work 1 node=n1 phase=started
at 10s kubelet-stop n1
expect 105s job work reason ""
expect 115s node n1 state Failed
expect 115s job work reason WaitingForNode
at 130s kubelet-start n1
expect 135s node n1 state Running
expect 220s job work state Completed
expect 220s created 2
expect 220s starts work 0 1
