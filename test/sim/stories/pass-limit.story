# Jobs of the same priority may pass a job that needs more nodes for ten minutes. Then the oldest
# holds nodes as they become free, and starts.
nodes 2 cpu=4 memory=8
at 5s apply job s1 cpu=4 run=300s
at 155s apply job s2 cpu=4 run=300s
at 160s apply job wide parallelism=2 cpu=4 run=10s
at 161s apply job s3 cpu=4 run=300s
at 162s apply job s4 cpu=4 run=300s
at 163s apply job s5 cpu=4 run=300s
at 164s apply job s6 cpu=4 run=300s
at 165s apply job s7 cpu=4 run=300s
expect 170s job wide message ~"jobs of its priority may pass it until "
expect 310s job s3 state Running
expect 460s job s4 state Running
expect 612s job s5 state Running
expect 758s job s6 state Running
expect 765s job wide message ~"holds 0 of 2 nodes until "
expect 910s job s7 state Pending
expect 960s job s7 message ~"reserved for a job ahead (wide)"
expect 1058s job wide state Running
expect 1070s job wide state Completed
expect 1070s job s7 state Running
