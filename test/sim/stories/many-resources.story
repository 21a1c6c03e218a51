# More names of resources than a ComputeNode lists (64), and in time more than there are numbers for
# (1,024): names come and go, and the job that asks for one gets it, whenever it asks.
nodes 2 cpu=4 memory=8
at 4s offer n1 from=0 n=70
at 4s offer n2 from=70 n=40
at 5s apply job work ask=example.com/r69 run=50s
expect 8s node n1 state Running
expect 8s node n1 reason ResourcesNotListed
expect 8s node n1 message "the Node has 73 resources, of which 64 are listed here; jobs can ask for the others all the same"
expect 45s node n1 members 1
expect 70s job work state Completed
# Others come in place of them, and a new job asks for one that only now is there.
at 80s offer n1 from=200 n=60
at 80s offer n2 from=300 n=60
at 81s apply job next ask=example.com/r359 run=5s
at 81s apply job other ask=example.com/r259 run=5s
expect 100s job next state Completed
expect 100s job other state Completed
expect 120s node n1 reason ""
expect 120s node n1 message ""
# So it goes on.
at 130s offer n1 from=1000 n=250
at 131s offer n1 from=1250 n=250
at 132s offer n1 from=1500 n=250
at 133s offer n1 from=1750 n=250
at 134s offer n1 from=2000 n=250
at 135s apply job later ask=example.com/r2249 run=5s
expect 150s job later state Completed
# A Node has at most 256 that count.
at 160s offer n1 from=3000 n=300
expect 170s node n1 message "the Node has 303 resources, and jobs can get no more than 256 of them; let the Node's device plugins offer fewer names"
at 175s offer n1 from=3000 n=1
expect 180s node n1 message ""
# Pods of others may ask for what nobody has; that takes no place of what nodes have.
at 181s foreign n1 inventive cpu=3 names=64
at 181s foreign n2 inventive2 cpu=3 names=64
at 182s offer n1 from=400 n=60
at 182s offer n2 from=500 n=60
at 185s apply job last ask=example.com/r459 cpu=500m run=5s
at 185s apply job big cpu=2 run=5s
expect 200s job last state Completed
expect 200s job big state Pending
expect 200s job big message ~"2 lack cpu"
