# An amount that Kubernetes takes and nobody means is told at once, and while nothing else is to be told; by
# one Event, whoever leads.
nodes 1 cpu=4 memory=8
at 5s apply job work cpu=500m run=200s doubt="memory: 100m of container main is not a whole number of bytes"
expect 8s job work state Running
expect 8s job work reason FractionOfByte
expect 8s job work message ~"100m of container main"
expect 8s event work FractionOfByte "100m of container main"
expect 8s event work FractionOfByte n=1
at 10s crash leader
expect 50s event work FractionOfByte n=1
expect 50s job work reason FractionOfByte
at 51s edit job work doubt=
expect 60s job work reason ""
expect 60s job work message ""
at 61s apply job waits parallelism=2 cpu=3 run=1s doubt="memory: 7m"
expect 64s job waits reason Unschedulable
expect 64s event waits FractionOfByte "memory: 7m"
