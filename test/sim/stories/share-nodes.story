# Members share nodes, at most as many as the job says and the node has room for; a gang that fits so starts.
nodes 3 cpu=4 memory=8
at 4s cordon n3
at 5s apply job work pernode=3 parallelism=6 cpu=1 memory=1 run=20s
at 6s apply job wide pernode=2 parallelism=4 cpu=2 memory=1 run=20s
expect 9s pods work 6 phase=started
expect 9s pods work 3 node=n1
expect 9s pods work 3 node=n2
expect 9s pods wide 0
expect 9s job wide message ~"needs room for 4 members, at most 2 on a node: 0 fit"
at 12s uncordon n3
expect 14s job wide message ~"0 fit"
expect 40s pods wide 4
expect 60s job work state Completed
expect 70s job wide state Completed
