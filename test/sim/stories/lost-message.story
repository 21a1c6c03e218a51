# Answers of the API server and the connections of two agents are lost just when members are
# created: every pod is created once all the same.
nodes 3 cpu=4 memory=8
at 4s lose-answers percent=60
at 5s apply job work parallelism=3 cpu=500m run=5s
at 5003ms break n1
at 5005ms break n2 half
at 5500ms lose-answers percent=0
expect 60s job work state Completed
expect 60s job work succeeded 3
expect 60s created 3
