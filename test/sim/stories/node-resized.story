# A node becomes smaller than what runs on it: nothing moves, nothing new comes. Larger again, it takes
# what waits at once.
nodes 1 cpu=4 memory=8
at 5s apply job work run=60s cpu=2
expect 8s pods work 1 phase=started
at 10s resize n1 cpu=1
at 12s apply job more run=5s cpu=1
expect 20s created 1
expect 20s job more state Pending
expect 20s job more message ~"lacks cpu"
at 21s resize n1 cpu=8
expect 25s job more state Running
expect 25s starts work 0 1
expect 90s job work state Completed
