# A driver that tells where it has room for volumes (CSIDriver storageCapacity, CSIStorageCapacity): the node is
# chosen among those, as kube-scheduler does. Where a volume is there that would do, none is made.
nodes 3 cpu=4 memory=8
at 4s csi-driver maker.example.com tells-room=1
at 4s storage-class fast waits=1 provisioner=maker.example.com
at 4s capacity c1 class=fast bytes=10 on=kubernetes.io/hostname=n1
at 4s capacity c2 class=fast bytes=100 on=kubernetes.io/hostname=n2
at 4s capacity other class=slow bytes=1000
at 5s claim big class=fast bytes=50
at 6s apply job work parallelism=1 run=10s claim=big
expect 40s job work state Completed
expect 40s pods work 1 node=n2
# None is as large as this.
at 41s claim huge class=fast bytes=500
at 41s apply job more parallelism=1 run=10s claim=huge
expect 45s job more message "needs 1 node: 0 fit; 3 do not have volume huge; add nodes, or change what keeps these away"
at 50s capacity c3 class=fast bytes=1000 on=kubernetes.io/hostname=n3
expect 180s job more state Completed
expect 180s pods more 1 node=n3
# On n1 no volume can be made, but one is there.
at 181s volume old class=fast bytes=60 on=kubernetes.io/hostname=n1
at 181s cordon n2
at 181s cordon n3
at 182s claim last class=fast bytes=50
at 182s apply job last parallelism=1 run=10s claim=last
expect 260s job last state Completed
expect 260s pods last 1 node=n1
