# A node that pods of others fill is not empty: members go first to the node with the most room, with
# all pods counted. A limit of the ComputeNode changes nothing about that.
nodes 3 cpu=4 memory=8
at 2s foreign n1 busy cpu=3
at 2s foreign n2 some cpu=1
at 3s limit n1 cpu=1
at 10s apply job first cpu=500m run=60s
expect 12s pods first 1 node=n3
at 12s apply job second cpu=500m run=60s
expect 14s pods second 1 node=n3
at 14s apply job third cpu=500m run=60s
expect 16s pods third 1 node=n2
at 16s apply job fourth cpu=500m run=60s
expect 18s pods fourth 1 node=n3
at 18s apply job fifth cpu=500m run=60s
expect 20s pods fifth 1 node=n2
