# A selector that matches nothing any more stops everybody, and says why; put back, they return.
nodes 2 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=100s
expect 8s job work ready 2
at 10s edit job work selector=zone=nowhere
expect 15s pods work 0
expect 15s job work active 0
expect 15s job work state Running
expect 15s job work reason Unschedulable
expect 15s job work message ~"2 do not match nodeSelector"
at 20s edit job work selector=
expect 24s job work ready 2
expect 24s job work reason ""
