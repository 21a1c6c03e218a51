# The leader is replaced by one of the newer version while agents still try to create the pods that the older
# one ordered: the attempts are taken over, and no index runs twice.
nodes 3 cpu=4 memory=8
at 1s older-version
at 2s webhook-dead "no endpoints"
at 5s apply job work parallelism=3 cpu=500m run=100s
at 12s crash leader
at 13s this-version
at 60s webhook-dead
expect 100s job work ready 3
expect 100s created 3
expect 100s pods work 3 phase=started attempt=1
