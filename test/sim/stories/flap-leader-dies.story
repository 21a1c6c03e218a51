# The leader dies while a Node is not Ready for some seconds (it may have run there). The next one keeps the
# members too, also before the agent has found it. A node that had failed already stays failed.
nodes 3 cpu=4 memory=8
at 5s apply job strict parallelism=2 run=200s loss=Fail
expect 8s job strict ready 2
at 10s unready n1
at 11s crash leader
expect 12s node n1 state Running
at 40s ready n1
expect 60s job strict state Running
expect 60s created 2
expect 60s node n1 Ready True
at 70s start coordinator-0
at 70s start coordinator-1
at 80s unready n2
at 100s scale job strict parallelism=2
at 130s ready n2
at 140s delete job strict
at 145s apply job work parallelism=2 run=100s
expect 150s job work ready 2
at 150s unready n1
expect 213s node n1 state Failed
expect 215s pods work 1 index=0 attempt=2 phase=started
at 216s crash leader
expect 245s node n1 state Failed
expect 260s node n1 state Failed
expect 260s created 5
expect 260s pods work 1 index=0 attempt=2 phase=started
at 270s ready n1
expect 275s node n1 state Running
expect 275s job work superseded none
expect 330s job work state Completed
