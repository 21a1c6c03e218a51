# How long members stay on a Node that is not Ready, a job may say itself, by the tolerationSeconds of the
# taint that Kubernetes gives such a Node: not at all, longer than the setting says, for ever. A toleration
# of every taint says nothing about it. A change of it counts at once.
nodes 3 cpu=8 memory=32
at 1s cordon n2
at 1s cordon n3
at 5s apply job hasty run=200s tolerate=node.kubernetes.io/not-ready:NoExecute:0
at 5s apply job patient run=200s tolerate=node.kubernetes.io/not-ready:NoExecute:100
at 5s apply job steady run=200s tolerate=node.kubernetes.io/not-ready:NoExecute
at 5s apply job other run=200s tolerate=node.kubernetes.io/unreachable:NoExecute:10
at 5s apply job broad run=200s tolerate=:NoExecute
at 5s apply job strict run=200s loss=Fail
at 5s apply job edited run=200s tolerate=node.kubernetes.io/not-ready:NoExecute
expect 8s pods steady 1 node=n1 phase=started
expect 8s pods broad 1 node=n1 phase=started
at 8s uncordon n2
at 8s uncordon n3
at 10s unready n1
expect 12s pods hasty 1 attempt=2 phase=started
expect 12s created 8
at 40s edit job edited tolerate=node.kubernetes.io/not-ready:NoExecute:35
expect 44s created 8
expect 47s pods edited 1 attempt=2 phase=started
expect 68s created 9
expect 68s job strict state Running
expect 72s created 11
expect 72s pods broad 1 attempt=2 phase=started
expect 72s pods other 1 attempt=2 phase=started
expect 72s job strict state Failed
expect 72s job strict reason NodeLost
expect 72s node n1 state Failed
expect 72s node n1 message "~Ready condition of the Node is not True"
expect 108s created 11
expect 113s pods patient 1 attempt=2 phase=started
expect 113s created 12
expect 200s pods steady 1 attempt=1 node=n1 phase=started
at 201s ready n1
expect 203s node n1 state Running
expect 230s job steady state Completed
expect 230s starts steady 0 1
expect 330s job patient state Completed
expect 330s job edited state Completed
