# Where no other node fits, a retry goes where it failed, and a gang does not wait for better nodes.
nodes 2 cpu=4 memory=8
at 5s apply job alone run=5s fails=2 selector=kubernetes.io/hostname=n1
at 5s apply job gang parallelism=2 run=5s fails=1
expect 100s job alone state Completed
expect 100s job gang state Completed
