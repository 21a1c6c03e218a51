# A kubelet dies and the agent beside it lives: the Node is NotReady after 40 s, and its members are kept
# for a minute more. Then the node has failed, whatever the agent says, and its member is replaced. The
# kubelet comes back: the old one is deleted.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=2 run=180s
expect 8s pods work 1 node=n1 phase=started
at 10s kubelet-stop n1
expect 40s node n1 state Running
expect 55s node n1 state Running
expect 55s node n1 reason NodeNotReady
expect 55s node n1 AgentConnected True
expect 55s node n1 Ready False
expect 105s created 2
expect 115s node n1 state Failed
expect 115s event n1 NodeFailed
expect 115s pods work 1 index=0 attempt=2 node=n3 phase=started
expect 115s job work superseded "0/1 on n1 by 2"
at 120s kubelet-start n1
expect 125s node n1 state Running
expect 125s job work superseded none
expect 125s pods work 0 index=0 attempt=1
expect 320s job work state Completed
expect 320s job work failed 0
