# The next leader knows when the job was resumed. What was placed by the leader before has started.
nodes 1 cpu=4 memory=8
at 5s apply job work cpu=8 run=100s startby=60
at 5s apply job runs cpu=1 run=300s startby=40
at 6s suspend job work
at 20s resume job work
at 30s crash leader
expect 78s job work state Pending
expect 82s job work state Failed
expect 82s job work reason StartDeadlineExceeded
expect 150s job runs state Running
