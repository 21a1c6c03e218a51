# A hold without a known end lasts half an hour. Then jobs of lower priority pass for as long, and
# the job holds nodes again. It starts as soon as it fits, whether it holds nodes or not.
nodes 3 cpu=4 memory=8
at 5s apply job endless cpu=4 run=6000s
at 10s apply job urgent parallelism=3 priority=10 cpu=4 run=10s
at 12s apply job low cpu=4 run=60s
at 12s apply job lower priority=-1 cpu=4 run=60s
expect 15s job urgent message ~"holds 2 of 3 nodes from jobs of lower priority until "
expect 1800s job low state Pending
expect 1815s job low state Running
expect 1815s job lower state Running
expect 1900s job urgent message ~"jobs behind it may pass until "
at 3600s apply job again cpu=4 run=60s
expect 3605s job again state Running
at 3700s apply job late cpu=4 run=60s
expect 3705s job late state Pending
expect 3705s job urgent message ~"holds 2 of 3 nodes until "
expect 5420s job late state Running
at 5500s delete job endless
expect 5510s job urgent state Running
expect 5530s job urgent state Completed
