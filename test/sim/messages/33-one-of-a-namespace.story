# Nodes are held from jobs of the own namespace only
# The job `first` of the same namespace holds nodes already, so the job `second` holds its nodes only from jobs of that namespace (`queue.namespaceHolds`).
nodes 2 cpu=4 memory=8Gi
at 2s label n1 zone=a
at 2s label n2 zone=b
at 5s apply job running cpu=3 run=30m memory=1Gi selector=zone=a
at 5s apply job running-too cpu=3 run=30m memory=1Gi selector=zone=b
at 8s apply job first priority=9 cpu=4 memory=1Gi selector=zone=a
at 8s apply job second priority=8 cpu=4 memory=1Gi selector=zone=b
at 9s apply job third cpu=4 run=30m memory=1Gi
show 20s job second
