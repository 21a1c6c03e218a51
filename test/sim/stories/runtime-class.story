# A RuntimeClass says which nodes have it: admission adds its nodeSelector and tolerations to each pod.
nodes 4 cpu=4 memory=8
at 4s label n2 sandbox=yes
at 4s label n3 sandbox=yes
at 4s taint n3 sandbox=only:NoSchedule
at 5s apply job early parallelism=1 run=10s runtime=gvisor
expect 8s job early message "RuntimeClass gvisor does not exist; create it, or change the job"
expect 8s asked early 0
at 10s runtime-class gvisor on=sandbox=yes tolerate=sandbox=only:NoSchedule
expect 30s job early state Completed
at 40s apply job wide parallelism=3 run=10s runtime=gvisor
expect 43s job wide message "needs 3 nodes: 2 fit; 2 do not match RuntimeClass gvisor; add nodes, or change what keeps these away"
at 44s label n4 sandbox=yes
expect 50s job wide active 3
expect 70s job wide state Completed
# What changes in the class counts for those that come.
at 71s runtime-class gvisor on=sandbox=no
at 135s apply job late parallelism=1 run=10s runtime=gvisor
expect 138s job late message "needs 1 node: 0 fit; 1 has a taint that is not tolerated, 3 do not match RuntimeClass gvisor; add nodes, or change what keeps these away"
