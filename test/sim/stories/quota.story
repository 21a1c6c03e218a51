# A quota refuses members of a job that may start with fewer: those that came go on; status and an
# Event have the API server's words; tried again with a backoff that doubles. With quota all run.
nodes 4 cpu=4 memory=8
at 4s quota pods=2
at 5s apply job work parallelism=4 min=1 cpu=500m run=200s
expect 8s job work ready 2
expect 8s job work reason FailedCreate
expect 8s job work message ~"exceeded quota"
expect 8s event work FailedCreate "exceeded quota"
expect 8s job work state Running
expect 40s pods work 2
expect 40s event work FailedCreate n=1
expect 40s job work failed 0
at 41s quota pods=0
expect 100s job work ready 4
expect 100s job work reason ""
