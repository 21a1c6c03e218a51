# An agent's process dies mid-job and comes back: its pipe closes, so nothing is restarted; the
# members go on and are counted once.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=3 cpu=500m run=20s
expect 8s job work active 3
at 10s crash n2
expect 20s node n2 state Running
expect 20s job work active 3
at 22s start n2
expect 29s job work state Completed
expect 29s job work succeeded 3
expect 60s job work failed 0
expect 60s created 3
