# A dead admission webhook fails every create with 500: within seconds the status and one Event have
# the server's words, nothing is charged, and the job runs when the webhook works again.
nodes 2 cpu=4 memory=8
at 4s webhook-dead "failed calling webhook \"pods.example.com\": no endpoints available"
at 5s apply job work parallelism=2 cpu=500m run=40s
expect 11s job work state Pending
expect 11s job work reason FailedCreate
expect 11s job work message ~"no endpoints available"
expect 11s event work FailedCreate "no endpoints available"
expect 60s event work FailedCreate n=1
expect 60s job work reason FailedCreate
expect 60s writes work <=4
at 60s webhook-dead
expect 75s job work ready 2
expect 75s job work reason ""
expect 125s job work state Completed
expect 125s job work failed 0
