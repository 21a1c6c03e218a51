# The next leader knows what was satisfied, though the job that was waited for is gone, and still waits for the rest.
nodes 2 cpu=4 memory=8
at 5s apply job first cpu=1 run=5s
at 5s apply job second cpu=1 run=100s
at 6s apply job work cpu=1 run=20s after=first,second
expect 15s job work satisfied first:Complete
at 16s delete job first
at 20s crash leader
expect 60s job work reason WaitingForDependencies
expect 60s job work message "waits for second to be Complete (now Running)"
expect 108s job work state Running
expect 200s job work state Completed
