# A job waits for another: it takes no node and holds nobody up, and says for whom it waits. A name may come later.
nodes 2 cpu=4 memory=8
at 5s apply job last cpu=4 run=10s priority=5 after=first,second
at 6s apply job first cpu=4 run=20s
at 6s apply job beside cpu=4 run=20s
expect 8s job last state Pending
expect 8s job last start none
expect 8s job last reason WaitingForDependencies
expect 8s job last message "waits for first to be Complete (now Running), second to be Complete (there is no such job)"
expect 8s job first state Running
expect 8s job beside state Running
expect 30s job first state Completed
expect 30s job last satisfied first:Complete
expect 30s job last message "waits for second to be Complete (there is no such job)"
at 40s apply job second cpu=4 run=10s
expect 45s job last message "waits for second to be Complete (now Running)"
expect 49s pods last 0
expect 55s job last state Running
expect 55s job last satisfied first:Complete,second:Complete
expect 70s job last state Completed
