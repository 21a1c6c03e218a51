# A job of several members gets a Service for their names when it starts. While a quota refuses it, the job runs and an Event says why; one of a job that is gone is waited out.
nodes 3 cpu=4 memory=8
at 3s deny-services "exceeded quota: objects"
at 4s apply job one parallelism=1 run=10s
at 5s apply job work parallelism=2 run=100s
at 6s apply job plain parallelism=2 run=100s names=0 cpu=1
at 7s apply job never parallelism=2 selector=no=node
expect 12s job work state Running
expect 12s service work none
expect 12s event work ServiceFailed n=1 "the Service work cannot be made, so members have no names in DNS: exceeded quota: objects"
at 20s deny-services
expect 60s service work own
expect 60s service one none
expect 60s service plain none
expect 60s service never none
expect 60s event work ServiceFailed n=1
at 61s recreate job work parallelism=2 run=50s
expect 75s job work state Running
expect 75s service work own
expect 150s job work state Completed
