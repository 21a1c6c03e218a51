# The deadline passed while a member could not start
# The image could not be pulled for as long as `activeDeadlineSeconds` allows.
nodes 2 memory=8Gi
at 5s apply job work pull=10m deadline=60 memory=1Gi
show 90s job work
