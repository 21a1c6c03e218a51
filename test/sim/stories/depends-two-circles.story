# A job that closes two circles at once: the jobs of both say so, though one search finds only one of them.
nodes 1 cpu=8 memory=8
at 5s apply job left cpu=1 run=10s after=hub
at 5s apply job right cpu=1 run=10s after=hub,nobody
at 5s apply job behind cpu=1 run=10s after=right
at 10s apply job hub cpu=1 run=10s after=left,right
expect 12s job hub reason DependencyCircle
expect 12s job left message "waits for itself: left waits for hub, hub waits for left; take one of the names out of spec.dependsOn"
expect 12s job right message "waits for itself: right waits for hub, hub waits for right; take one of the names out of spec.dependsOn"
expect 12s job behind reason WaitingForDependencies
at 20s edit job hub after=left
expect 23s job right message "waits for hub to be Complete (now Pending), nobody to be Complete (there is no such job)"
expect 23s job left reason DependencyCircle
