# An admission webhook is dead
nodes 2 memory=8Gi
at 4s webhook-dead "Internal error occurred: failed calling webhook 'check.example.com': connection refused"
at 5s apply job work memory=1Gi
show 25s job work
