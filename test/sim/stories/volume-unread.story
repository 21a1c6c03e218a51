# What was read of a claim counts for 5 minutes when it cannot be read again; then the job says that it waits for that.
nodes 1 cpu=4 memory=8
at 4s volume v1
at 4s claim data volume=v1 modes=RWX
at 5s cordon n1
at 6s apply job work parallelism=1 run=5s claim=data
expect 10s job work message ~"1 is cordoned"
at 11s reads-fail
expect 200s job work message ~"1 is cordoned"
at 201s uncordon n1
expect 215s job work state Completed
at 216s cordon n1
at 216s reads-work
at 217s apply job late parallelism=1 run=5s claim=data
at 225s reads-fail
expect 650s job late message ~"PersistentVolumeClaim data cannot be read: "
at 651s reads-work
at 651s uncordon n1
expect 675s job late state Completed
