# A Node that comes after the CSINodes were listed gets no volumes before its own was read: another list is asked for at
# once. Its driver may say later what it can attach.
nodes 2 cpu=4 memory=8
at 3s csi-node n1 driver=disk.example.com most=1
at 3s csi-node n2 driver=disk.example.com most=0
at 4s volume v1 modes=RWX driver=disk.example.com handle=h1
at 4s claim data volume=v1 modes=RWX
at 5s crash n2
at 5s unregister n2
at 130s apply job first parallelism=1 run=5s claim=data selector=kubernetes.io/hostname=n1
expect 150s job first state Completed
at 151s apply job moved parallelism=1 run=5s claim=data selector=kubernetes.io/hostname=n2
expect 154s job moved message ~"0 fit"
at 160s register n2
at 160s start n2
expect 165s pods moved 0
expect 220s pods moved 0
expect 220s job moved message ~"1 can attach no more volumes"
at 221s csi-node n2 driver=disk.example.com most=2
expect 270s job moved state Completed
