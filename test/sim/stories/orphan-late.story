# Deletion with --cascade=orphan of a job that has a finalizer of its user's, while the create of its pod is
# under way: the pod comes when the garbage collector has had its turn, so it keeps its owner. It takes its
# room for as long as it is there, though nobody waits for it.
nodes 1 cpu=2 memory=8
at 10s pause n1 4s
at 10500ms apply job late cpu=1500m run=200s
at 11s hold job late
at 11500ms delete job late orphan
expect 20s pods late 1 phase=started
at 21s apply job next cpu=1500m run=10s
expect 35s pods next 0
expect 70s pods next 0
at 90s let-go job late
expect 95s job late gone
expect 100s pods late 0
expect 110s job next state Completed
