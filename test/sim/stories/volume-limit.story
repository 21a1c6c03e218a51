# A node gets no member whose volume it cannot attach beside those that it has (CSINode, allocatable.count).
nodes 3 cpu=4 memory=8
at 3s csi-node n1 driver=disk.example.com most=1
at 3s csi-node n2 driver=disk.example.com most=0
at 3s csi-node n3 driver=other.example.com most=0
at 4s volume v1 modes=RWX driver=disk.example.com handle=h1
at 4s claim data volume=v1 modes=RWX
at 4s volume v2 modes=RWX driver=disk.example.com handle=h2
at 4s claim more volume=v2 modes=RWX
at 4s foreign-start n1 web claim=data
at 20s apply job same parallelism=3 min=1 run=5s claim=data
expect 23s pods same 1 node=n1
expect 23s pods same 1 node=n3
expect 24s job same message ~"1 can attach no more volumes"
at 40s delete job same
at 41s apply job other parallelism=2 run=5s claim=more
expect 45s job other message ~"needs 2 nodes: 1 fits; 2 can attach no more volumes"
at 46s foreign-stop n1 web
expect 75s job other state Completed
expect 75s pods other 1 node=n1
# A volume that is to be made counts, too.
at 80s storage-class fast waits=1 provisioner=disk.example.com
at 80s claim new class=fast
at 80s apply job made parallelism=1 run=5s claim=new selector=kubernetes.io/hostname=n2
expect 85s job made message ~"1 can attach no more volumes"
at 86s csi-node n2 driver=disk.example.com most=1
expect 420s job made state Completed
