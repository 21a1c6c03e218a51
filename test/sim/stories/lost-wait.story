# onNodeLoss: Wait. Nothing runs in the place of a member whose node is lost, and the status says what
# it waits for; when the node answers, nothing has happened.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=2 run=100s loss=Wait
expect 8s job work active 2
at 10s cut n1 60s
expect 20s node n1 state Failed
expect 20s job work reason WaitingForNode
expect 20s job work message "member 0 waits for node n1, which is lost; bring the node back, or delete the Node if the machine is off for good"
expect 20s event work WaitingForNode n=1
expect 60s created 2
expect 80s node n1 state Running
expect 80s job work reason ""
expect 80s job work superseded none
expect 130s job work state Completed
expect 130s created 2
expect 130s starts work 0 1
