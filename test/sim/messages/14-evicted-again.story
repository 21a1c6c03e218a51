# A member is evicted again and again
# The kubelet of the only node evicts each Pod as soon as it has started. That is not the job's fault, so it is not charged, but each try
# waits for longer than the one before.
nodes 1 memory=8Gi
at 4s evict-start n1
at 5s apply job work run=10m memory=1Gi
show 25s job work
