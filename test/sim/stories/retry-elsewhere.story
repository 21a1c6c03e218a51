# A retry goes to neither of the nodes of the last two failures of its index, while another fits. A new leader knows them.
nodes 3 cpu=4 memory=8
at 5s apply job work run=5s exit=1 backoff=3
expect 9s pods work 1 phase=live node=n1
expect 24s pods work 1 phase=live node=n2
at 30s crash leader
expect 300s job work state Failed
expect 300s job work failures "0/1 on n1 1 Error: , 0/2 on n2 1 Error: , 0/3 on n3 1 Error: , 0/4 on n1 1 Error: "
