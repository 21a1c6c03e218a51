# A job waits for others (`dependsOn`)
# The second of them has not been created yet.
nodes 1 cpu=4 memory=8
at 5s apply job prepare cpu=1 run=200s
at 6s apply job data cpu=1 run=5s
at 7s apply job work after=prepare,data,licence:Started cpu=1 run=10s
show 30s job work
