# A node whose kubelet refuses a pod for what it is, is asked once: not again until its Node changes.
nodes 3 cpu=4 memory=8
at 1s cordon n2
at 5s apply job work parallelism=2 min=1 cpu=500m run=10s sysctl=2 backoff=0
# n1 and n3 refuse; n2 is cordoned and has not.
expect 30s job work state Pending
expect 30s job work reason Unschedulable
expect 100s job work message ~"2 refuse pods like these (SysctlForbidden: "
expect 600s created 2
# The kubelet of n1 is configured anew and restarted, which its Node shows.
at 601s allow-sysctls n1
at 601s kubelet-stop n1
at 700s kubelet-start n1
expect 760s job work succeeded >=1
at 770s uncordon n2
expect 800s job work state Completed
expect 800s pods work 1 node=n3
