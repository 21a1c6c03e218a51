# A node's labels change under a running member that was placed by them: nothing moves, as with
# Kubernetes' own selectors. Members to come follow the new labels, also those of the ComputeNode.
nodes 2 cpu=4 memory=8
at 1s label n1 disk=ssd
at 5s apply job work run=30s selector=disk=ssd
expect 8s pods work 1 node=n1 phase=started
at 10s label n1 disk=hdd
at 11s label n2 disk=ssd
at 12s apply job more run=5s selector=disk=ssd
expect 15s pods more 1 node=n2
expect 30s created 2
expect 60s job work state Completed
expect 60s starts work 0 1
at 61s delete member work 0
at 62s apply job late run=5s selector=disk=hdd
expect 66s pods late 1 node=n1
