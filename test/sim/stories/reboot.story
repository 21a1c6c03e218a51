# A node is rebooted, faster than it can be silent: the pods of the old boot end as their kubelet says,
# with a code that nobody chose. That is a disruption: replaced at once, not charged, no pause.
nodes 2 cpu=4 memory=8
at 5s apply job work parallelism=2 run=30s backoff=0
expect 8s job work ready 2
at 10s power-off n1
at 13s power-on n1
expect 18s node n1 state Running
expect 18s pods work 1 index=0 attempt=1 phase=Failed
expect 18s pods work 1 index=0 attempt=2 phase=started
expect 18s job work failed 0
expect 18s starts work 1 1
expect 60s job work state Completed
expect 60s job work failed 0
expect 60s event n1 NodeFailed n=0
