# startDeadlineSeconds counts from the creation. Who has started in time is not asked again.
nodes 1 cpu=4 memory=8
at 5s apply job first cpu=4 run=60s startby=10
at 6s apply job work cpu=4 run=10s startby=20
at 6s apply job late cpu=4 run=10s startby=70
expect 25s job work state Pending
expect 27s job work state Failed
expect 27s job work reason StartDeadlineExceeded
expect 27s job work start none
expect 27s job work Failed.message "the job did not start within 20 s (startDeadlineSeconds); before that: needs 1 node: 0 fit; 1 lacks cpu"
expect 27s event work StartDeadlineExceeded
expect 60s job first state Running
expect 70s job late state Running
expect 90s job late state Completed
