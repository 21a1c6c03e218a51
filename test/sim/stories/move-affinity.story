# A change of nodeAffinity moves exactly the members whose nodes do not match any more; a node that
# is relabelled later moves nobody.
nodes 4 cpu=4 memory=8
at 3s label n1 zone=a
at 3s label n2 zone=b
at 3s label n3 zone=c
at 3s label n4 zone=b
at 5s apply job work parallelism=3 cpu=500m run=100s
expect 8s pods work 3 phase=started
at 10s edit job work affinity=zone=a,b
expect 14s pods work 1 node=n1 attempt=1
expect 14s pods work 1 node=n2 attempt=1
expect 14s pods work 0 node=n3
expect 14s pods work 1 node=n4 phase=started
at 20s label n1 zone=c
expect 30s pods work 1 node=n1 phase=started
expect 30s created 4
