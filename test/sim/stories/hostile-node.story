# Root on n3 makes pods that end with 0 and have the labels of members, and its agent tells what nobody
# ordered: nothing of it is counted, by this leader and by the next.
nodes 3 cpu=4 memory=8
at 1s cordon n3
at 5s apply job work parallelism=2 cpu=500m run=100s
expect 15s job work ready 2
at 16s hostile n3
at 16s forge n3 work index=0 attempt=2
at 16s forge-stolen n3 work index=1 attempt=2
at 16s forge n3 work index=1 attempt=7
expect 30s job work succeeded 0
expect 30s job work attempts 1
expect 30s job work ready 2
at 31s crash leader
expect 70s job work succeeded 0
expect 70s job work attempts 1
expect 70s job work ready 2
expect 70s created 2
expect 200s job work state Completed
expect 200s job work attempts 1
