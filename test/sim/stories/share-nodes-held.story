# A node is held for as many members as are to share it, and who passes takes only what is left beside all of them.
nodes 2 cpu=4 memory=8
at 4s cordon n2
at 5s apply job long cpu=2 memory=1 run=60s deadline=60
at 8s apply job gang pernode=3 parallelism=3 cpu=1 memory=1 run=20s
at 10s apply job small cpu=1 memory=1 run=200s
expect 12s job gang message ~"needs room for 3 members, at most 3 on a node: 2 fit (2); other nodes: 1 is cordoned; holds room for 2 of 3 members; expected to start in"
expect 12s pods small 0
expect 80s pods gang 3
expect 80s pods small 1
at 130s apply job other cpu=4 memory=1 run=60s deadline=60 selector=kubernetes.io/hostname=n2
at 131s uncordon n2
at 140s delete job small
at 141s apply job wide pernode=3 parallelism=5 cpu=1 memory=1 run=20s
at 143s apply job pair pernode=2 parallelism=2 min=1 cpu=1 memory=1 run=200s
expect 146s pods wide 0
expect 146s pods pair 1
expect 150s job pair message ~"needs room for 1 more member, at most 2 on a node: 0 fit"
