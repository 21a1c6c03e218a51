# A running member does not match the job's selection of nodes any more
# `nodeSelector` was changed, and no node matches it.
nodes 2 memory=8Gi
at 4s label n1 disk=slow
at 4s label n2 disk=slow
at 5s apply job work run=10m selector=disk=slow memory=1Gi
at 20s edit job work selector=disk=fast
show 30s job work
