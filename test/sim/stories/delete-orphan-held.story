# Deletion with --cascade=orphan of a job that has a finalizer of its user's: the garbage collector takes
# its own finalizer off, and the job stays. Its pods are left alone all the same, also a pod whose create was
# under way; that pod goes with the job.
nodes 2 cpu=4 memory=8
at 5s apply job early run=100s
expect 8s job early active 1
at 8s hold job early
at 9s delete job early orphan
at 10s pause n1 4s
at 10s pause n2 4s
at 10500ms apply job late run=100s
at 11s hold job late
at 11500ms delete job late orphan
expect 13s job early there
expect 13s job late there
expect 13s pods late 0
expect 20s pods early 1 phase=started owner=none
expect 20s pods late 1 phase=started
at 40s let-go job early
at 40s let-go job late
expect 45s job early gone
expect 45s job late gone
expect 45s pods early 1 phase=started owner=none
expect 50s pods late 0
