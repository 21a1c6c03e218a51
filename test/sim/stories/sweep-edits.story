# Both numbers of a live job change: fewer at once stop the highest; indexes that succeeded stay so when completions go down
# and up again.
nodes 4 cpu=4 memory=8
at 5s apply job work completions=8 parallelism=4 min=1 cpu=500m run=20s
at 10s edit job work parallelism=2
expect 16s pods work 2 phase=started
expect 16s pods work 1 index=1 phase=started
expect 30s job work completed 0,1
at 31s edit job work completions=2
expect 33s job work state Completed
expect 33s job work succeeded 2
at 60s apply job more completions=6 parallelism=3 min=1 cpu=500m run=20s
expect 85s job more completed 0-2
at 86s edit job more completions=3 parallelism=3
expect 88s job more state Completed
at 100s apply job grown completions=3 parallelism=3 min=1 cpu=500m run=20s
at 105s edit job grown completions=5
expect 124s job grown completed 0-2
expect 124s pods grown 1 index=4 phase=started
expect 150s job grown state Completed
expect 150s job grown completed 0-4
