# Somebody's script deletes every pod of a job as it comes: replaced at once, then after a pause that
# grows; the member beside it, of another job, does not notice. When the script ends, the member runs.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=2 run=60s backoff=0
at 5s apply job other run=60s
expect 8s job other ready 1
at 20s delete-loop work 40s
expect 60s created <=19
expect 60s job work failed 0
expect 60s job work reason MemberBackOff
expect 60s writes work <=40
expect 68s job other state Completed
expect 125s job work ready 2
expect 190s job work state Completed
