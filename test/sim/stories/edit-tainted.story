# A node is cordoned (which taints it too), tainted with NoSchedule, or relabelled under a running member:
# that moves nobody. An edit of the job's selection that still admits the node moves nobody either; one that
# excludes it does, whatever else is wrong with the node.
nodes 4 cpu=8 memory=32
at 1s label n1 disk=fast
at 1s label n2 disk=fast
at 1s label n3 disk=fast
at 1s label n1 team=x
at 1s label n2 team=x
at 1s label n3 team=x
at 5s apply job work parallelism=3 cpu=500m run=200s selector=disk=fast
expect 8s job work ready 3
at 10s cordon n1
at 10s taint n2 busy:NoSchedule
at 10s label n3 disk=slow
at 20s edit job work affinity=team=x
expect 40s created 3
expect 40s job work ready 3
at 41s edit job work tolerate=other
expect 55s created 3
at 56s edit job work affinity=team=x,y
expect 70s created 3
at 71s edit job work tolerate=
expect 85s created 3
expect 85s pods work 1 node=n1 attempt=1 phase=started
expect 85s pods work 1 node=n3 attempt=1 phase=started
at 86s label n4 team=y
at 86s label n4 disk=fast
at 90s edit job work affinity=team=y
expect 100s pods work 0 node=n1
expect 100s pods work 0 node=n2
expect 100s pods work 0 node=n3
expect 100s pods work 1 node=n4
