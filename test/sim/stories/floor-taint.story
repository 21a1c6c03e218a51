# A member that is placed on a node and evicted there at once, again and again (its toleration holds
# for 0 s): the first replacement comes at once, then there is a pause that grows. Nothing is charged,
# the job says how the member ended and when the next try is.
nodes 1 cpu=4 memory=8
at 1s taint n1 spare:NoExecute
at 5s apply job work run=60s backoff=0 tolerate=spare tolseconds=0
expect 6s created >=1
expect 10s created >=3
expect 50s created <=8
expect 50s job work failed 0
expect 70s created <=8
expect 70s created >=6
expect 70s job work reason MemberBackOff
expect 70s job work message "~member 0: "
expect 70s job work message "~; next try at "
expect 70s event work MemberBackOff n=<=2
expect 70s writes work <=30
at 80s untaint n1 spare:NoExecute
expect 145s job work ready 1
expect 145s job work reason ""
expect 230s job work state Completed
