# successPolicy with a count: so many of the listed indexes, whatever becomes of the others; a failed index does not matter then.
nodes 4 cpu=4 memory=8
at 5s apply job work completions=6 parallelism=6 min=1 perindex=0 bad=2 success=0,2-5:2 cpu=500m run=4s
expect 60s job work state Completed
expect 60s job work reason SuccessPolicy
at 61s apply job all completions=4 parallelism=1 success=-:3 cpu=500m run=2s
expect 120s job all state Completed
expect 120s job all completed 0-2
expect 120s job all message "3 of 4 indexes have succeeded, which meets successPolicy.rules[0]"
