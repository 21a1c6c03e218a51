# The same where the coordinator creates the pods itself (a job with credentials).
nodes 2 cpu=4 memory=8
at 4s webhook-dead "failed calling webhook \"pods.example.com\": no endpoints available"
at 5s apply job work parallelism=2 cpu=500m run=40s credentials=1
expect 11s job work reason FailedCreate
expect 11s job work message ~"no endpoints available"
expect 11s event work FailedCreate "no endpoints available"
at 30s webhook-dead
expect 65s job work reason ""
expect 120s job work state Completed
expect 120s event work FailedCreate n=1
