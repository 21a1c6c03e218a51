# Somebody deletes the Secret with the keys of orders, and the leader ends: the next one makes new keys, and
# takes the pods that the job's status has for members, which an Event says. No pod is made twice. What was
# created later without a proof is nobody's.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=3 cpu=500m run=100s
expect 15s job work ready 3
at 22s lose-keys
at 23s crash leader
expect 50s job work ready 3
expect 50s created 3
expect 50s event work PodsAdopted n=1
expect 50s event work PodsAdopted "3 pods are from before"
at 60s forge n1 work index=0 attempt=2
at 61s crash leader
at 62s start coordinator-0
at 62s start coordinator-1
expect 95s job work succeeded 0
expect 95s job work attempts 1
expect 95s created 3
expect 130s job work state Completed
