# Jobs wait for each other in a circle
# Neither starts before one of them is changed.
nodes 1 cpu=4 memory=8
at 5s apply job first after=second cpu=1 run=200s
at 6s apply job second after=first cpu=1 run=5s
show 30s job second
