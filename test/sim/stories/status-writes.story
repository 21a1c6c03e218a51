# Eight members that start and end together are few writes: what happens within a second is one,
# changes of state come at once. A job that goes on costs none.
nodes 8 cpu=4 memory=8
at 5s apply job work parallelism=8 cpu=500m run=60s
expect 10s job work ready 8
expect 10s writes work <=3
expect 60s writes work <=3
expect 80s job work state Completed
expect 80s writes work <=6
expect 300s writes work <=6
