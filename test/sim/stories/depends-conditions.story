# Each condition: Complete, Failed, Finished, Started.
nodes 3 cpu=8 memory=16
at 5s apply job good cpu=1 run=20s
at 5s apply job bad cpu=1 run=10s exit=1 backoff=0
at 6s apply job a cpu=1 run=5s after=good:Started
at 6s apply job b cpu=1 run=5s after=good:Finished
at 6s apply job c cpu=1 run=5s after=bad:Failed
at 6s apply job d cpu=1 run=5s after=bad:Finished,good
expect 10s job a state Running
expect 10s job b state Pending
expect 10s job b message "waits for good to be Finished (now Running)"
expect 10s job c state Pending
expect 19s job c state Running
expect 19s job d state Pending
expect 19s job d satisfied bad:Finished
expect 29s job b state Running
expect 29s job d state Running
expect 60s job a state Completed
expect 60s job d state Completed
