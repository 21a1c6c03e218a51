# A new leader, and an agent that begins again, go on saying why no pod comes.
nodes 1 cpu=4 memory=8
at 4s webhook-dead "failed calling webhook \"pods.example.com\": no endpoints available"
at 5s apply job work cpu=500m run=5s
expect 11s job work reason FailedCreate
at 12s crash leader
expect 60s job work reason FailedCreate
expect 60s job work message ~"no endpoints available"
at 60s crash n1
at 61s start n1
expect 72s job work reason FailedCreate
expect 72s job work message ~"no endpoints available"
at 73s webhook-dead
expect 95s job work state Completed
