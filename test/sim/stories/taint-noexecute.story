# A taint NoExecute: the members that do not tolerate it are evicted, a disruption like any other. One
# with NoSchedule moves nobody, but keeps new members away.
nodes 4 cpu=4 memory=8
at 5s apply job work parallelism=2 run=60s backoff=0
at 6s apply job bears parallelism=2 run=60s tolerate=broken cpu=1
expect 8s pods work 1 node=n1 phase=started
expect 9s job bears ready 2
at 10s taint n1 spare:NoSchedule
expect 20s created 4
at 20s taint n1 broken:NoExecute
expect 23s pods work 0 node=n1 phase=started
expect 23s pods work 1 index=0 phase=started attempt=2
expect 23s job work failed 0
expect 23s created 5
expect 23s node n1 state Running
at 24s taint n4 spare:NoSchedule
at 25s apply job more parallelism=2 run=5s
expect 28s pods more 0 node=n1
expect 28s pods more 0 node=n4
expect 95s job work state Completed
expect 95s job bears state Completed
expect 95s starts bears 0 1
expect 95s starts bears 1 1
