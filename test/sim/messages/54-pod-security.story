# The namespace refuses the Pods
# The namespace enforces the Pod Security Standard `baseline`, and the template asks for the host's network.
nodes 2 memory=8Gi
at 4s deny-pods "pods 'work-0' is forbidden: violates PodSecurity 'baseline:latest': host namespaces (hostNetwork=true)"
at 5s apply job work memory=1Gi
show 20s job work
