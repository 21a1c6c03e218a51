# Refused pods are not kept by the hundred: the last ten of a job are.
nodes 2 cpu=4 memory=8
at 1s pressure-start n1
at 1s pressure-start n2
at 5s apply job work parallelism=2 min=1 cpu=500m run=5s backoff=0
expect 3600s pods work <=10
expect 3600s created >=20
expect 3600s job work failed 0
at 3601s pressure-stop n1
at 3601s pressure-stop n2
expect 4800s job work state Completed
expect 4800s pods work <=12
