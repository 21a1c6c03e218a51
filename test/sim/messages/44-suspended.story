# The job is suspended
# `kubectl patch computejob work --type=merge -p '{"spec":{"suspend":true}}'`. Its members were stopped.
nodes 2 memory=8Gi
at 5s apply job work parallelism=2 run=10m memory=1Gi
at 15s suspend job work
show 30s job work
