# A node that has had thousands of pods: those that have ended stay until 12,500 have ended in the
# cluster. They take no room and no record of the agent's, so what runs there is still seen.
nodes 1 cpu=4 memory=8
at 4s ended-pods n1 n=4200
at 5s apply job work cpu=500m run=20s
expect 12s pods work 1 phase=started
expect 12s job work state Running
at 15s crash n1
at 16s start n1
expect 40s job work state Completed
expect 40s created 1
at 41s apply job more cpu=500m run=5s
expect 55s job more state Completed
expect 55s created 2
