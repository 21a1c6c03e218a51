# successPolicy: the job is Completed as soon as the listed indexes have succeeded; the others are stopped.
nodes 4 cpu=4 memory=8
at 5s apply job work completions=8 parallelism=2 min=1 success=0,2 cpu=500m run=5s
expect 14s job work state Running
expect 60s job work state Completed
expect 60s job work reason SuccessPolicy
expect 60s job work Complete.reason SuccessPolicy
expect 60s job work SuccessCriteriaMet.reason SuccessPolicy
expect 60s job work message ~"indexes have succeeded, which meets successPolicy.rules[0]"
expect 60s event work SuccessPolicy "of 8 indexes have succeeded"
expect 60s pods work 0 phase=started
