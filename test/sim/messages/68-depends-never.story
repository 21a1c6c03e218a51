# A job waits for another in vain
# The other has failed, and the job asks for its success.
nodes 1 cpu=4 memory=8
at 5s apply job prepare cpu=1 run=2s exit=1 backoff=0
at 6s apply job work after=prepare cpu=1 run=5s
show 30s job work
