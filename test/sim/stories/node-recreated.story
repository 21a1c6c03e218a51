# A Node object is deleted and made again at once (kubectl delete node, and the kubelet registers): its
# ComputeNode is made anew and owned by the new one, the members there are replaced once.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=2 run=40s backoff=0
expect 8s pods work 1 node=n1 phase=started
at 10s unregister n1
at 10500ms register n1
expect 20s node n1 state Running
expect 20s job work failed 0
expect 20s job work ready 2
expect 20s created <=3
expect 70s job work state Completed
expect 70s node n1 there
expect 70s created <=3
expect 70s starts work 1 1
