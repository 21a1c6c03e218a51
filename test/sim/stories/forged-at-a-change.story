# Every leader has signed what it ordered. So a change of leader makes no pod without a proof a member, although its node,
# index and number agree with the job's status. (An epoch says nothing of that: those of two leaders that follow each
# other lie far apart.)
nodes 3 cpu=4 memory=8
at 1s cordon n3
at 5s apply job work parallelism=2 cpu=500m run=300s
expect 15s job work ready 2
at 16s delete member work 0
at 60s delete member work 0
expect 130s job work ready 2
expect 130s job work attempts 3
at 131s forge n1 work index=1 attempt=2
at 132s forge n2 work index=1 attempt=2
at 132s forge n1 work index=0 attempt=2
at 133s crash leader
at 134s start coordinator-0
at 134s start coordinator-1
expect 170s job work succeeded 0
expect 170s job work ready 2
expect 170s event work PodsAdopted n=0
at 180s crash leader
expect 220s job work succeeded 0
expect 220s job work attempts 3
