# ttlSecondsAfterFinished: a job that has ended, well or not, is deleted with its pods that long
# after its end; 0 is at once.
nodes 2 cpu=4 memory=8
at 5s apply job good cpu=500m run=5s ttl=20
at 5s apply job bad cpu=500m run=5s exit=1 backoff=0 ttl=20
at 5s apply job brief cpu=500m run=5s ttl=0
at 5s apply job kept cpu=500m run=5s
expect 14s job brief gone
expect 28s job good there
expect 28s job bad state Failed
expect 34s job good gone
expect 34s job bad gone
expect 36s pods good 0
expect 36s pods bad 0
expect 900s job kept state Completed
expect 900s pods kept 1
