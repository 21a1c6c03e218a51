# Too few nodes match the job's affinity
nodes 3 memory=8Gi
at 4s label n1 zone=a
at 4s label n2 zone=b
at 5s apply job work parallelism=2 affinity=zone=b,c memory=1Gi
show 15s job work
