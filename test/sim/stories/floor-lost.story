# A member is lost after a long run, and its machine stays away. The kubelet of the node where it goes
# next evicts all that starts: the long run is over and makes none of these ends the first one.
nodes 2 cpu=4 memory=8
at 2s apply job work run=300s selector=muster.dev/a=1 backoff=0
at 2s label n2 muster.dev/a=1
expect 6s job work ready 1
at 80s power-off n2
at 82s evict-start n1
at 84s label n1 muster.dev/a=1
expect 120s created <=7
expect 120s job work reason MemberBackOff
at 130s evict-stop n1
expect 220s job work ready 1
