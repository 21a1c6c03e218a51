# Members go where their volumes are, and a job whose claim is not there or not bound says so.
nodes 4 cpu=4 memory=8
at 4s volume v1 on=kubernetes.io/hostname=n2,n3
at 5s apply job work parallelism=2 run=10s claim=data
expect 8s job work message "PersistentVolumeClaim data does not exist; create it, or change the job"
at 9s claim data class=slow
at 9s storage-class slow
expect 17s job work message "PersistentVolumeClaim data is not bound to a volume yet"
expect 17s asked work 0
at 18s claim data volume=v1 class=slow modes=RWX
expect 30s pods work 1 node=n2
expect 30s pods work 1 node=n3
expect 40s job work state Completed
at 41s apply job wide parallelism=3 run=10s claim=data
expect 44s job wide message "needs 3 nodes: 2 fit; 2 do not have volume data; add nodes, or change what keeps these away"
at 45s edit job wide parallelism=2
expect 60s job wide state Completed
at 61s claim alone volume=v1 modes=RWOP
at 61s apply job two parallelism=2 run=10s claim=alone
expect 64s job two message ~"PersistentVolumeClaim alone is ReadWriteOncePod, so one pod alone can use it"
at 65s edit job two parallelism=1
expect 80s job two state Completed
# A volume that is gone; a claim that has lost its volume.
at 81s remove volume v1
at 145s apply job gone parallelism=1 run=10s claim=data
expect 148s job gone message "PersistentVolume v1 of PersistentVolumeClaim data does not exist"
at 150s claim lost volume=v1 lost=1
at 150s apply job lost parallelism=1 run=10s claim=lost
expect 153s job lost message "PersistentVolumeClaim lost has lost its volume; create it again"
