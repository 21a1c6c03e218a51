# Deletion with --cascade=orphan: the pods are left alone, also when the coordinator restarts; to
# Muster they are foreign from then on, whose requests count.
nodes 2 cpu=1 memory=8
at 5s apply job work parallelism=2 cpu=800m run=100s
expect 8s job work active 2
at 10s delete job work orphan
expect 13s job work gone
expect 13s pods work 2 phase=started owner=none
at 15s apply job next cpu=800m run=5s
at 20s crash leader
at 21s start coordinator-0
expect 60s pods work 2 phase=started owner=none
expect 60s job next state Pending
expect 60s job next message ~"2 lack cpu"
expect 110s pods work 2 phase=Succeeded owner=none
expect 120s job next state Completed
