# CreateContainerConfigError: told in the kubelet's words; when the ConfigMap is there, the member
# starts.
nodes 1 cpu=4 memory=8
at 5s apply job work cpu=500m run=5s config=30s
expect 15s job work reason MemberWaiting
expect 15s job work message ~"CreateContainerConfigError: container main: configmap"
expect 15s event work MemberWaiting "CreateContainerConfigError"
expect 60s job work state Completed
expect 60s job work failed 0
expect 60s created 1
