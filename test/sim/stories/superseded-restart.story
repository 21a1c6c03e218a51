# The same while the leader dies: the next one tells it too.
nodes 4 cpu=4 memory=8 coordinators=2
at 5s apply job work parallelism=2 run=200s
at 10s cut n1 90s
expect 18s job work superseded "0/1 on n1 by 2"
at 20s crash leader
expect 70s job work superseded "0/1 on n1 by 2"
expect 70s job work active 2
expect 110s job work superseded none
expect 110s pods work 0 attempt=1 index=0 phase=live
