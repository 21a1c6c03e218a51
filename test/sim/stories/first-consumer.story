# Claims that wait for their first consumer (WaitForFirstConsumer): Muster chooses the node, a provisioner
# makes the volume there, or a volume that is there is bound; then members are made.
nodes 3 cpu=4 memory=8
at 4s storage-class fast waits=1 provisioner=example.com/maker
at 4s storage-class local waits=1 provisioner=kubernetes.io/no-provisioner
at 4s volume v2 on=kubernetes.io/hostname=n2 class=local
at 5s claim made class=fast
at 5s claim there class=local
at 5s no-volumes-on n1
at 6s apply job work parallelism=1 run=10s claim=made
expect 8s job work message ~"PersistentVolumeClaim made waits for its volume, which example.com/maker makes for node n1"
expect 8s asked work 0
# n1 cannot have it, so another node is chosen.
expect 40s job work state Completed
expect 40s pods work 0 node=n1
at 41s apply job local parallelism=1 run=10s claim=there
expect 60s job local state Completed
expect 60s pods local 1 node=n2
# No volume is left of that class.
at 61s claim more class=local
at 61s apply job more parallelism=1 run=10s claim=more
expect 64s job more message "needs 1 node: 0 fit; 3 do not have volume more; add nodes, or change what keeps these away"
at 65s volume v3 on=kubernetes.io/hostname=n3 class=local
expect 110s job more state Completed
expect 110s pods more 1 node=n3
# Without the right to choose, the job says so.
at 111s deny-choice "not allowed here"
at 111s claim last class=fast
at 111s apply job last parallelism=1 run=10s claim=last
expect 116s job last message "PersistentVolumeClaim last waits for its first consumer, and Muster could not name it: not allowed here"
