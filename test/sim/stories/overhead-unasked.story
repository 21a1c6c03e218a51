# A webhook takes no dry run. The first pod that exists shows what admission makes of it: one job may
# be refused by a kubelet, the next one is placed by the right numbers.
nodes 2 cpu=2 memory=8
at 2s overhead cpu=1000 dry-run=0
at 5s apply job one parallelism=2 cpu=500m run=60s
at 8s apply job two parallelism=2 cpu=500m run=60s
expect 14s job one ready 2
expect 14s pods two 0
expect 14s job two message ~"2 lack cpu"
expect 100s job two ready 2
