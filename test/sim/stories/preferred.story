# Preferred terms of nodeAffinity: of the nodes that a job may have, those that it prefers most come first, although they are fuller;
# where they have no room left, the others do. A node with a taint PreferNoSchedule comes last all the same. A change of them moves nobody.
nodes 4 cpu=4 memory=8
at 2s foreign n1 busy cpu=3
at 3s label n1 disk=ssd
at 3s label n2 disk=hdd
at 3s label n3 disk=ssd
at 3s taint n3 slow:PreferNoSchedule
at 5s apply job work parallelism=2 cpu=1 run=60s prefer=disk=ssd:60,disk=hdd:10
expect 8s pods work 1 node=n1
expect 8s pods work 1 node=n2
at 10s apply job other parallelism=3 min=1 cpu=1 run=60s prefer=disk=ssd:60,disk=hdd:10
expect 13s pods other 1 node=n2
expect 13s pods other 1 node=n4
expect 13s pods other 1 node=n3
at 15s edit job work prefer=disk=tape:1
expect 25s pods work 2 attempt=1
expect 25s created 5
