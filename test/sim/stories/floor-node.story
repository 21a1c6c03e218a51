# A node whose kubelet evicts all that it starts is empty, so every job would go there first. It does
# not swallow them: what ended there at once is tried elsewhere.
nodes 3 cpu=4 memory=8
at 1s evict-start n2
at 5s apply job one parallelism=2 run=30s backoff=0 cpu=3
expect 20s job one ready 2
at 40s apply job two run=30s backoff=0 cpu=3
at 40s apply job three run=30s backoff=0 cpu=3
expect 60s job two ready 1
expect 60s job three ready 1
expect 60s pods one 0 node=n2 phase=live
expect 90s job one state Completed
expect 90s job two state Completed
expect 90s job three state Completed
expect 90s created <=10
