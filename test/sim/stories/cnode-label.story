# A label of others on a ComputeNode that Muster made, even the one by which Muster marks it, does not
# stop Muster from keeping it: the Node grows, and a job takes what it has by then.
nodes 2 cpu=2
at 3s label-cnode n1 app.kubernetes.io/managed-by=fleet
at 5s resize n1 cpu=8
at 6s apply job big cpu=6 run=5s
expect 30s job big state Completed
