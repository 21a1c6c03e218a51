# A change is rolled out
# The program of a job was changed. `updateStrategy` is RollingUpdate, so one member after the other is replaced: one has
# been stopped, its successor starts, two are ready.
nodes 3 memory=8Gi
at 5s apply job work parallelism=3 run=10m update=RollingUpdate memory=1Gi
at 20s edit job work v=2 stop=5s
show 24s job work
