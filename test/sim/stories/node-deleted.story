# A Node object is deleted under its members: nothing runs there for certain, so they are replaced, also
# under Wait; its ComputeNode goes. Made again, it is a node like any other, with nothing of before.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=2 run=60s loss=Wait backoff=0
expect 8s pods work 1 node=n1 phase=started
at 10s unregister n1
expect 13s node n1 gone
expect 13s pods work 1 index=0 attempt=2 node=n3
expect 13s job work failed 0
at 60s register n1
expect 63s node n1 state Running
expect 63s node n1 members 0
expect 63s starts work 1 1
expect 90s job work state Completed
at 91s apply job more parallelism=3 run=5s
expect 105s job more state Completed
