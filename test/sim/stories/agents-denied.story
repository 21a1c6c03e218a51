# Admission refuses what agents create, but not what the coordinator does: it makes the pods itself,
# nobody is told of an error, and the next job of that template takes that way at once.
nodes 2 cpu=4 memory=8
at 4s deny-agents on
at 5s apply job work parallelism=2 cpu=500m run=5s
expect 9s job work ready 2
expect 9s job work reason ""
expect 9s asked work 4
expect 9s event work FailedCreate n=0
expect 20s job work state Completed
at 21s apply job next parallelism=2 cpu=500m run=5s
expect 40s job next state Completed
expect 40s asked next 2
