# A running job that grows beyond what there is takes what fits and says what is missing.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=120s
expect 8s job work active 2
at 10s scale job work parallelism=5
expect 15s job work active 3
expect 15s job work state Running
expect 15s job work reason Unschedulable
expect 15s job work message ~"needs 2 more nodes: 0 fit; 3 run a member already"
expect 15s job work Scheduled True
expect 15s event work Unschedulable "needs 2 more nodes"
at 20s scale job work parallelism=3
expect 22s job work reason ""
expect 22s job work message ""
expect 22s pods work 3 phase=started
