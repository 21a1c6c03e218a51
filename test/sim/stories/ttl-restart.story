# A ttl that runs while no coordinator does: it is deleted when one is back.
nodes 2 cpu=4 memory=8 coordinators=1
at 5s apply job work cpu=500m run=5s ttl=20
expect 12s job work state Completed
at 13s crash coordinator-0
expect 60s job work there
at 60s start coordinator-0
expect 90s job work gone
expect 92s pods work 0
