# A ReadWriteOnce volume that its driver attaches to nodes: one node at a time can have it. A member goes where it is
# in use, or waits until it is not; what a dead node has attached blocks nothing.
nodes 3 cpu=4 memory=8
at 4s volume v1 modes=RWO driver=disk.example.com handle=h1
at 4s claim data volume=v1 modes=RWO
at 4s foreign-start n2 web claim=data
at 20s apply job beside parallelism=1 run=5s claim=data
expect 24s pods beside 1 node=n2
expect 40s job beside state Completed
# The node that has it does not match.
at 41s apply job away parallelism=1 run=20s claim=data selector=kubernetes.io/hostname=n1
expect 45s job away message ~"needs 1 node: 0 fit; 2 do not match nodeSelector, 1 cannot have volume data, which is in use on n2"
at 50s foreign-stop n2 web
expect 75s pods away 1 node=n1
expect 100s job away state Completed
# Members of one job run one after another; a gang is refused in words.
at 120s apply job row parallelism=2 min=1 run=10s claim=data
expect 128s asked row 1
expect 170s job row state Completed
at 171s apply job gang parallelism=2 run=10s claim=data
expect 175s job gang message ~"PersistentVolumeClaim data is ReadWriteOnce, so one node at a time can have its volume"
at 176s delete job gang
# A driver without attach lets two nodes have it.
at 177s csi-driver disk.example.com attach=0
at 250s apply job both parallelism=2 run=10s claim=data
expect 270s job both state Completed
