# What admission adds to where a pod may run (PodNodeSelector, PodTolerationRestriction) counts when members are placed.
nodes 3 cpu=4 memory=8
at 3s label n2 team=red
at 3s label n3 team=red
at 3s taint n3 dedicated:NoSchedule
at 4s admission-adds team=red
at 5s apply job red parallelism=1 run=20s
expect 10s pods red 1 node=n2
at 11s apply job two parallelism=2 run=5s
expect 15s job two message ~"needs 2 nodes: 1 fits; 1 has a taint that is not tolerated, 1 does not match the nodeSelector that admission adds"
at 30s admission-adds team=red tolerate=dedicated
at 31s edit job two cpu=1
expect 60s job two state Completed
expect 60s pods two 1 node=n3
expect 60s pods red 0 node=n1
# What is gone is asked for again while a job waits.
at 61s label n2 team=blue
at 61s label n3 team=blue
at 62s apply job late parallelism=3 run=5s
expect 66s job late message ~"3 do not match the nodeSelector that admission adds"
at 67s admission-adds -
at 68s untaint n3 dedicated:NoSchedule
expect 200s job late state Completed
