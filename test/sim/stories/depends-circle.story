# Jobs that wait for each other in a circle say so, each of them, and nobody else does. An edit ends it.
nodes 1 cpu=8 memory=8
at 5s apply job a cpu=1 run=10s after=b
at 5s apply job d cpu=1 run=10s after=a
at 6s apply job b cpu=1 run=10s after=c
expect 8s job a reason WaitingForDependencies
at 10s apply job c cpu=1 run=10s after=a:Started
expect 12s job a reason DependencyCircle
expect 12s job a message "waits for itself: a waits for b, b waits for c, c waits for a; take one of the names out of spec.dependsOn"
expect 12s job b message "waits for itself: b waits for c, c waits for a, a waits for b; take one of the names out of spec.dependsOn"
expect 12s job c reason DependencyCircle
expect 12s event c DependencyCircle
expect 12s job d message "waits for a to be Complete (now Pending)"
expect 12s job a Scheduled.reason DependencyCircle
at 20s crash leader
expect 60s job b reason DependencyCircle
at 70s edit job c after=
expect 73s job c state Running
expect 73s job a reason WaitingForDependencies
expect 73s job a message "waits for b to be Complete (now Pending)"
expect 73s job b message "waits for c to be Complete (now Running)"
expect 130s job d state Completed
at 131s apply job x cpu=1 run=10s after=y
at 131s apply job y cpu=1 run=10s after=z
at 132s apply job z cpu=1 run=10s after=x,nobody
expect 135s job y reason DependencyCircle
at 140s edit job z after=nobody
expect 143s job x message "waits for y to be Complete (now Pending)"
expect 143s job y message "waits for z to be Complete (now Pending)"
expect 143s job z message "waits for nobody to be Complete (there is no such job)"
