# A job of three members on three nodes, from apply to Completed.
nodes 3 cpu=4 memory=8
expect 3s node n1 state Running
expect 3s node n3 state Running
at 5s apply job hello parallelism=3 cpu=500m run=5s
expect 5100ms pods hello 3
expect 8s job hello state Running
expect 8s job hello active 3
expect 8s job hello nodes 3
expect 13s job hello state Completed
expect 13s job hello succeeded 3
expect 13s job hello completed 0-2
expect 14s job hello active 0
expect 60s created 3
