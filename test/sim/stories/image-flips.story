# Between two pulls the kubelet says ImagePullBackOff and quotes the error, and each try fails with
# another port: for the user that is one cause, told once.
nodes 1 cpu=4 memory=8
at 5s apply job work cpu=500m run=60s pull=1h
expect 15s job work message ~"ErrImagePull: container main: failed to pull"
expect 900s job work message ~"ErrImagePull: container main: failed to pull"
expect 900s event work MemberWaiting n=1
expect 900s writes work <=4
