# A new leader does not say that there are no agents before it could have heard them: what its
# predecessor said stands until all have been heard, or for half a minute.
nodes 2 cpu=4 memory=8
at 5s apply job work cpu=8 run=10s
expect 8s job work message "needs 1 node: 0 fit; 2 lack cpu; add nodes that have more, or lower the requests"
at 10s crash n2
at 20s crash leader
expect 50s job work message "needs 1 node: 0 fit; 2 lack cpu; add nodes that have more, or lower the requests"
expect 70s job work message "needs 1 node: 0 fit; 1 lacks cpu, 1 has no agent; add nodes that have more, or lower the requests, or change what keeps the others away"
expect 70s writes work <=3
