# A pod for which kube-scheduler makes room on a node gets that room, although no kubelet and no agent
# knows the pod yet: no member takes it when it becomes free, nor while the pod is being bound.
nodes 1 cpu=4 memory=8
at 5s apply job runs cpu=2 run=20s
at 6s nominate n1 urgent cpu=3
at 8s apply job other cpu=2 run=5s
at 8s apply job tiny cpu=1 run=60s
expect 10s job other state Pending
expect 10s job other message ~"needs 1 node: 0 fit; 1 lacks cpu"
expect 12s job tiny state Pending
expect 30s job tiny state Running
expect 30s job other state Pending
at 32s bind n1 urgent
expect 36s job other state Pending
expect 42s job other state Pending
at 45s withdraw n1 urgent
expect 55s job other state Completed
at 60s nominate n1 again cpu=3
at 62s withdraw n1 again
at 63s apply job last cpu=2 run=5s
expect 64s job last state Pending
expect 75s job last state Completed
