# A member goes only where its host ports are free: of pods of others, of other jobs, and of jobs
# that are placed in the same moment.
nodes 3 cpu=4 memory=8
at 4s foreign-start n1 ingress port=8080
at 6s apply job a parallelism=1 run=60s port=8080
at 6s apply job b parallelism=1 run=30s port=8080
at 7s apply job c parallelism=1 run=5s port=8080
expect 10s job a state Running
expect 10s job b state Running
expect 10s job c state Pending
expect 10s job c message ~"needs 1 node: 0 fit; 3 do not have host port 8080/TCP free"
expect 10s asked c 0
# Another port, and another address of the same port, are free.
at 11s apply job d parallelism=3 run=5s port=8081
expect 15s job d state Running
expect 22s job d state Completed
# b ends: c gets its node.
expect 30s job c state Pending
expect 50s job c state Completed
# The pod of others ends.
at 51s apply job e parallelism=2 run=5s port=8080
expect 53s job e state Pending
at 54s foreign-stop n1 ingress
expect 62s pods e 2
expect 70s job e state Completed
expect 70s starts a 0 1
