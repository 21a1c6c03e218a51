# A leader that cannot read whether the driver of a claim tells where it has room chooses no node: the job waits and says why.
nodes 2 cpu=4 memory=8
at 3s drivers-fail
at 4s csi-driver maker.example.com tells-room=1
at 4s storage-class fast waits=1 provisioner=maker.example.com
at 4s capacity c2 class=fast bytes=100 on=kubernetes.io/hostname=n2
at 5s claim big class=fast bytes=50
at 6s apply job work parallelism=1 run=10s claim=big
expect 12s job work message ~"CSIDriver maker.example.com cannot be read: "
expect 40s job work message ~"CSIDriver maker.example.com cannot be read: "
at 41s drivers-work
expect 90s job work state Completed
expect 90s pods work 1 node=n2
