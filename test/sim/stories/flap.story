# A Node is not Ready for some seconds while everything on it runs (its kubelet has just started, or its
# runtime or network plugin does not answer at once). Nobody is lost: nothing starts anew, and a job that
# fails with a lost node goes on. No new member comes there meanwhile.
nodes 2 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=60s
at 5s apply job strict parallelism=2 cpu=500m run=60s loss=Fail
at 5s apply job waits parallelism=2 cpu=500m run=60s loss=Wait
expect 8s job work ready 2
at 10s unready n1
expect 12s node n1 state Running
expect 12s node n1 Ready False
expect 12s node n1 Ready.reason NodeNotReady
expect 12s node n1 message ~"its members are kept until"
expect 12s node n1 Schedulable False
at 12s apply job late run=10s
expect 13s pods late 1 node=n2
at 13s ready n1
expect 15s node n1 Ready True
expect 15s node n1 message !~kept
expect 20s created 7
expect 20s job strict state Running
expect 20s job waits ready 2
expect 90s job work state Completed
expect 90s job strict state Completed
expect 90s job waits state Completed
expect 90s created 7
expect 90s event n1 NodeFailed n=0
