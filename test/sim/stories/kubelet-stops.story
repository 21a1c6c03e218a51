# A kubelet dies and the agent beside it lives: when the Node is NotReady the node has failed, whatever
# the agent says, and its member is replaced. The kubelet comes back: the old one is deleted.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=2 run=120s
expect 8s pods work 1 node=n1 phase=started
at 10s kubelet-stop n1
expect 40s node n1 state Running
expect 40s created 2
expect 55s node n1 state Failed
expect 55s node n1 reason NodeNotReady
expect 55s node n1 AgentConnected True
expect 55s node n1 Ready False
expect 55s pods work 1 index=0 attempt=2 node=n3 phase=started
expect 55s job work superseded "0/1 on n1 by 2"
at 60s kubelet-start n1
expect 65s node n1 state Running
expect 65s job work superseded none
expect 65s pods work 0 index=0 attempt=1
expect 200s job work state Completed
expect 200s job work failed 0
