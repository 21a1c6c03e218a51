# A node is kept for another job
# The job `large` came first, and waits for both nodes. The job `small` would fit now, but it could delay `large`.
nodes 2 cpu=4 memory=8Gi
at 5s apply job first cpu=3 run=30m deadline=600 memory=1Gi
at 8s apply job large parallelism=2 cpu=4 memory=1Gi
at 10s apply job small cpu=1 run=30m memory=1Gi
show 20s job small
