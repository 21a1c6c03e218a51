# Where no end can be computed (what runs has no deadline), others pass the big job.
nodes 2 cpu=4 memory=8
at 5s apply job runs cpu=4 run=50s
at 6s apply job big parallelism=2 cpu=4 run=10s
at 7s apply job small cpu=4 run=10s
expect 10s job big state Pending
expect 10s job big message ~"needs 2 nodes"
expect 10s job small state Running
expect 90s job big state Completed
