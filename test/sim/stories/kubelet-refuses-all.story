# The only node refuses: the job says so and asks again, with a backoff.
nodes 1 cpu=4 memory=8
at 5s apply job work cpu=500m run=5s refuse=2 backoff=0
expect 10s job work state Pending
expect 10s job work reason Unschedulable
expect 10s job work message ~"1 refused a member lately (OutOfcpu: "
expect 10s pods work 1
expect 20s pods work 2
expect 60s job work state Completed
expect 60s job work failed 0
expect 60s created 3
