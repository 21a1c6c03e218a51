# A provisioner gives back one node after the other: each is tried before one is tried again.
nodes 4 cpu=4 memory=8
at 4s storage-class fast waits=1 provisioner=example.com/maker
at 5s claim made class=fast
at 5s no-volumes-on n1,n2,n3
at 6s apply job work parallelism=1 run=10s claim=made
expect 60s pods work 1 node=n4
expect 60s job work state Completed
# Volumes that are there, while nobody binds: the claim is given one, and waits for that, also with a new leader.
at 61s storage-class local waits=1 provisioner=kubernetes.io/no-provisioner
at 61s volume v1 on=kubernetes.io/hostname=n2 class=local
at 61s volume v2 on=kubernetes.io/hostname=n3 class=local
at 61s claim there class=local
at 61s binder-stop
at 62s apply job local parallelism=1 run=10s claim=there
expect 120s job local message "PersistentVolumeClaim there is being bound to PersistentVolume v1"
expect 190s job local message "PersistentVolumeClaim there is being bound to PersistentVolume v1"
at 191s crash leader
expect 250s job local message "PersistentVolumeClaim there is being bound to PersistentVolume v1"
at 251s binder-start
expect 275s job local state Completed
expect 275s pods local 1 node=n2
