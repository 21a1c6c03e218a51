# What comes true while the job is suspended is noted. startDeadlineSeconds counts while it waits for others.
nodes 1 cpu=8 memory=8
at 5s apply job first cpu=1 run=5s ttl=5
at 5s apply job long cpu=1 run=100s
at 6s apply job a cpu=1 run=5s after=first suspend=1
at 6s apply job b cpu=1 run=5s after=long startby=20
expect 10s job a state Suspended
expect 14s job a satisfied first:Complete
expect 25s job first gone
expect 25s job a satisfied first:Complete
expect 28s job b state Failed
expect 28s job b reason StartDeadlineExceeded
expect 28s job b message "the job did not start within 20 s (startDeadlineSeconds); before that: waits for long to be Complete (now Running)"
at 30s resume job a
expect 33s job a state Running
