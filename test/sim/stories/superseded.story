# A node is cut off. Its members run on there, out of reach, while their replacements run elsewhere: the
# status says which attempts count. When the node answers, the old ones are deleted at once.
nodes 4 cpu=4 memory=8
at 5s apply job work parallelism=2 run=100s
expect 8s job work superseded none
at 10s cut n1 40s
expect 18s job work superseded "0/1 on n1 by 2"
expect 18s pods work 1 index=0 attempt=1 phase=live node=n1
expect 18s pods work 1 index=0 attempt=2 phase=live
expect 20s job work active 2
expect 45s job work superseded "0/1 on n1 by 2"
expect 55s job work superseded none
expect 55s pods work 0 attempt=1 index=0 phase=live
expect 55s pods work 1 attempt=2 index=0 phase=live
expect 130s job work state Completed
expect 130s job work failed 0
