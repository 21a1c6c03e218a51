# A toleration that is taken away moves exactly the members on nodes with that taint.
nodes 4 cpu=4 memory=8
at 3s taint n1 dedicated=gpu:NoSchedule
at 3s cordon n4
at 5s apply job work parallelism=3 cpu=500m run=100s tolerate=dedicated=gpu:NoSchedule
expect 8s pods work 1 node=n1 phase=started
at 9s uncordon n4
at 10s edit job work tolerate=
expect 14s pods work 0 node=n1
expect 14s pods work 1 node=n4 phase=started
expect 14s pods work 1 node=n2 attempt=1
expect 14s pods work 1 node=n3 attempt=1
expect 14s created 4
