# Pod Security or another admission refuses the members: the condition has the API server's words,
# nobody asks all the time, and the user's correction is tried at once.
nodes 2 cpu=4 memory=8
at 4s deny-pods "violates PodSecurity restricted:latest: allowPrivilegeEscalation != false"
at 5s apply job work parallelism=2 cpu=500m run=5s
expect 8s job work state Pending
expect 8s job work reason FailedCreate
expect 8s job work message ~"violates PodSecurity"
expect 8s job work Scheduled False
expect 8s job work Scheduled.reason FailedCreate
expect 8s job work Scheduled.message ~"allowPrivilegeEscalation"
expect 8s event work FailedCreate "violates PodSecurity"
expect 8s job work active 0
expect 9s asked work <=4
expect 40s asked work <=12
expect 300s asked work >=12
expect 300s asked work <=20
expect 300s writes work <=10
expect 300s event work FailedCreate n=1
at 301s deny-pods
at 302s edit job work v=2
expect 306s job work ready 2
expect 306s job work reason ""
expect 330s job work state Completed
expect 330s job work failed 0
