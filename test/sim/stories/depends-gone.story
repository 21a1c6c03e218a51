# A job that is deleted by its ttl has been seen. One that is deleted before its end is waited for, with words.
nodes 1 cpu=8 memory=8
at 5s apply job first cpu=1 run=10s ttl=0
at 5s apply job slow cpu=1 run=100s
at 6s apply job a cpu=1 run=5s after=first
at 6s apply job b cpu=1 run=5s after=first,slow
expect 20s job first gone
expect 20s job a state Running
expect 20s job b satisfied first:Complete
at 21s delete job slow
expect 23s job b state Pending
expect 23s job b message "waits for slow to be Complete (there is no such job)"
at 30s crash leader
at 70s apply job slow cpu=1 run=10s
expect 75s job b satisfied first:Complete
expect 90s job b state Completed
expect 90s job b satisfied first:Complete,slow:Complete
