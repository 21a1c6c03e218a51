# Some kubelets refuse what the Pod is
# An unsafe sysctl, which two of the nodes do not allow, and the third is cordoned. Each was asked once, and is not asked again for an
# hour, unless its Node or the template changes.
nodes 3 memory=8Gi
at 1s cordon n2
at 5s apply job work run=1h memory=1Gi sysctl=2
show 90s job work
