# Evicted for its own fault
# The member has filled its emptyDir above its sizeLimit. That counts as a failure.
nodes 2 memory=8Gi
at 5s apply job work run=5s memory=1Gi evict=1 backoff=1
show 60s job work
