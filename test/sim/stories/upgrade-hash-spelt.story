# Pods of the older version are compared as that version did: its hash changes with the spelling, so they are
# replaced; at once, and not only when the leader changes. Their successors are not replaced again.
nodes 3 cpu=4 memory=8
at 1s older-version
at 5s apply job work parallelism=3 cpu=500m run=300s
expect 8s job work ready 3
at 9s crash leader
at 10s this-version
expect 50s created 3
at 51s edit job work spelt=2
expect 90s created 6
expect 90s job work ready 3
at 91s edit job work spelt=3
at 95s crash leader
expect 130s created 6
