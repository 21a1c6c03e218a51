# What had ended before a reboot stays as it ended, and completed indexes do not run again.
nodes 2 cpu=4 memory=8
at 5s apply job work parallelism=2 run=10s
expect 20s job work state Completed
at 21s apply job next run=20s
expect 24s job next ready 1
at 25s power-off n1
at 70s power-on n1
expect 90s job work state Completed
expect 90s starts work 0 1
expect 90s starts work 1 1
expect 90s pods work 2 phase=Succeeded
expect 120s job next state Completed
