# A change of nodeSelector moves exactly the members whose nodes do not match any more.
nodes 4 cpu=4 memory=8
at 3s label n1 zone=a
at 3s label n2 zone=a
at 3s label n3 zone=b
at 3s label n4 zone=a
at 5s apply job work parallelism=3 cpu=500m run=100s
expect 8s pods work 1 node=n1
expect 8s pods work 1 node=n2
expect 8s pods work 1 node=n3
at 10s edit job work selector=zone=a
expect 14s pods work 1 node=n1 attempt=1
expect 14s pods work 1 node=n2 attempt=1
expect 14s pods work 0 node=n3
expect 14s pods work 1 node=n4 phase=started
expect 14s job work failed 0
expect 14s created 4
