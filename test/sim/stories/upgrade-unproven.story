# The coordinators are replaced by ones that prove orders, then by older ones, and once more: each time the pods
# that run are taken over, although some of them have no proof.
nodes 4 cpu=4 memory=8
at 1s older-version
at 2s crash coordinator-0
at 2s crash coordinator-1
at 3s start coordinator-0
at 3s start coordinator-1
at 30s apply job early parallelism=2 cpu=500m run=400s
expect 50s job early ready 2
at 60s this-version
at 60s crash coordinator-0
at 60s crash coordinator-1
at 61s start coordinator-0
at 61s start coordinator-1
expect 100s job early ready 2
expect 100s event early PodsAdopted n=1
expect 100s created 2
at 140s older-version
at 140s crash coordinator-0
at 140s crash coordinator-1
at 141s start coordinator-0
at 141s start coordinator-1
at 180s apply job later parallelism=2 cpu=500m run=400s
expect 200s job later ready 2
at 210s this-version
at 210s crash coordinator-0
at 210s crash coordinator-1
at 211s start coordinator-0
at 211s start coordinator-1
expect 300s job early ready 2
expect 300s job later ready 2
expect 300s event later PodsAdopted n=1
expect 300s created 4
expect 700s job early state Completed
expect 700s job later state Completed
