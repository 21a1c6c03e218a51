# Scaled down, a program that ends with 0 when it is stopped has not completed its index: scaled up, it
# runs again.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=3 cpu=500m run=60s term=0 backoff=0
expect 8s job work ready 3
at 10s scale job work parallelism=1
expect 15s pods work 1
at 20s scale job work parallelism=3
expect 24s pods work 3 phase=started
expect 24s job work completed ""
expect 100s job work state Completed
expect 100s job work failed 0
expect 100s starts work 0 1
expect 100s starts work 1 2
expect 100s starts work 2 2
