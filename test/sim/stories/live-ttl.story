# ttlSecondsAfterFinished is the one field of a finished job that may still change, and it counts
# from the end: when that is long ago, the job goes at once.
nodes 1 cpu=4 memory=8
at 5s apply job work cpu=500m run=2s
expect 10s job work state Completed
at 60s edit job work ttl=20
expect 62s job work gone
expect 63s pods work 0
