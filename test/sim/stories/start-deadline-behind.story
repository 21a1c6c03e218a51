# Nodes are held for a job until its time to start is over. What is behind it starts at this moment.
nodes 2 cpu=4 memory=8
at 5s apply job runs cpu=3 run=300s selector=kubernetes.io/hostname=n2
at 10s apply job first cpu=4 parallelism=2 priority=1 run=50s startby=60
at 15s apply job behind cpu=2 run=50s selector=kubernetes.io/hostname=n1
expect 68s job behind state Pending
expect 71s job first state Failed
expect 71s job first reason StartDeadlineExceeded
expect 72s job behind state Running
