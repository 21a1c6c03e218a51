# Hang-up and silence are told apart. n1's agent dies and its kernel closes the pipe: members stay, new
# ones go elsewhere. n2's agent freezes, nothing is closed: the node has failed, its member is replaced.
nodes 4 cpu=4 memory=8
at 5s apply job work parallelism=2 run=60s
expect 8s pods work 1 node=n1 phase=started
expect 8s pods work 1 node=n2 phase=started
at 10s crash n1
at 10s pause n2 30s
expect 12s node n1 state Running
expect 12s node n1 AgentConnected.reason AgentNotConnected
expect 12s node n1 Schedulable False
expect 14s node n2 state Running
expect 20s node n2 state Failed
expect 20s node n2 reason AgentSilent
expect 20s node n2 Ready.reason AgentSilent
expect 20s node n1 state Running
expect 20s pods work 1 index=0 phase=live node=n1
expect 20s pods work 2 index=1
expect 20s pods work 1 index=1 phase=started attempt=2
expect 20s job work superseded "1/1 on n2 by 2"
at 21s apply job more parallelism=2 cpu=3 run=5s
expect 25s pods more 0 node=n1
expect 25s pods more 0 node=n2
expect 45s job work superseded none
expect 45s node n2 state Running
expect 90s job work state Completed
expect 90s job work failed 0
expect 90s starts work 0 1
