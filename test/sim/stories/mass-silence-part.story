# Most of the nodes fall silent, then all but one are heard again. That one is replaced, but not before it
# has had a grace of its own: nodes come back one after the other.
nodes 6 cpu=4 memory=8
at 5s apply job work parallelism=4 run=60s
expect 8s job work ready 4
at 10s power-off n1
at 10s cut n2 15s
at 10s cut n3 15s
at 10s cut n4 15s
expect 24s created 4
expect 29s created 4
expect 29s node n1 state Failed
expect 29s node n2 state Running
expect 38s created 5
expect 38s pods work 1 index=0 attempt=2 phase=started
expect 38s job work ready 4
expect 120s job work state Completed
expect 120s starts work 1 1
expect 120s starts work 2 1
expect 120s starts work 3 1
