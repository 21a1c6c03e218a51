# Nodes are relabelled, which moves nothing (IgnoredDuringExecution). A change of requests later is
# no change of the selection: members are replaced one by one, where nodes match now.
nodes 5 cpu=4 memory=8
at 1s label n1 zone=a
at 1s label n2 zone=a
at 5s apply job work cpu=500m run=300s parallelism=2 selector=zone=a
expect 8s job work ready 2
at 9s label n1 zone=b
at 9s label n2 zone=b
at 10s label n3 zone=a
at 10s label n4 zone=a
expect 20s created 2
at 21s edit job work cpu=600m
expect 21500ms pods work >=1 phase=started
expect 22s pods work >=1 phase=started
expect 22500ms pods work >=1 phase=started
expect 23s pods work >=1 phase=started
expect 24s pods work >=1 phase=started
expect 40s job work ready 2
expect 40s pods work 0 node=n1
expect 40s pods work 0 node=n2
