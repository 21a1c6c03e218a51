# A Node stays not Ready while its agent answers: when the time is over, its member is replaced. The old
# pod is stopped at once, since its agent and its kubelet answer: nobody waits for the Node to be Ready.
nodes 2 cpu=4 memory=8
at 5s apply job work cpu=500m run=300s selector=kubernetes.io/hostname=n1
expect 8s job work ready 1
at 9s edit job work selector=
at 10s unready n1
expect 60s job work ready 1
expect 60s pods work 1 node=n1 phase=live
expect 75s pods work 1 node=n2 phase=live
expect 75s pods work 0 node=n1 phase=live
expect 75s job work superseded none
expect 75s starts work 0 2
at 200s ready n1
expect 205s pods work 1 phase=live
expect 400s job work state Completed
expect 400s created 2
