# Somebody without a good token is at the agents' port: each of its connections is closed in time, and the job runs as if it were not there.
nodes 2 cpu=4 memory=8
at 3s stranger 90s
at 10s apply job work parallelism=2 run=20s
expect 13s job work state Running
expect 60s job work state Completed
expect 100s pods work 2
