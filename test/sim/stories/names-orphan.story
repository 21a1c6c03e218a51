# A job deleted with --cascade=orphan leaves its Service with its pods. One of the same name that comes after has no names, and an Event says why, once, also after a change of leader.
nodes 4 cpu=4 memory=8
at 4s apply job work parallelism=2 run=500s
expect 12s service work own
at 15s delete job work orphan
expect 20s job work gone
at 21s apply job work parallelism=2 run=100s
expect 30s job work state Running
expect 30s service work other
expect 60s event work ServiceFailed n=1 "the Service work cannot be made, so members have no names in DNS: there is one already, which was left when an earlier job of this name was deleted with --cascade=orphan"
expect 200s job work state Completed
