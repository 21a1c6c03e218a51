# A waiting job says why in numbers; they follow what happens at most once a minute, and at once
# when the job itself is changed.
nodes 4 cpu=4 memory=8
at 4s cordon n1
at 4s taint n2 dedicated=x:NoSchedule
at 4s label n4 zone=a
at 5s apply job work parallelism=2 cpu=8 memory=1 run=10s selector=zone=a
expect 8s job work message "needs 2 nodes: 0 fit; 1 lacks cpu, 2 do not match nodeSelector, 1 is cordoned; add nodes that have more, or lower the requests, or change what keeps the others away"
at 10s uncordon n1
expect 12s job work message ~"1 is cordoned"
expect 70s job work message "needs 2 nodes: 0 fit; 1 lacks cpu, 3 do not match nodeSelector; add nodes that have more, or lower the requests, or change what keeps the others away"
at 80s edit job work selector= parallelism=1
expect 82s job work message "needs 1 node: 0 fit; 3 lack cpu, 1 has a taint that is not tolerated; add nodes that have more, or lower the requests, or change what keeps the others away"
expect 82s event work Unschedulable n=1
