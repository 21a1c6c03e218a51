# Somebody else writes the highest attempt number that there is into the status. Members that run go on.
# A member that is to be made gets no number that an order could not carry: the job ends, and says why.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=1 cpu=500m run=1h
at 6s apply job other parallelism=1 cpu=500m run=1h
at 20s write-status job work attempts=1000000000
expect 30s job work active 1
expect 30s pods work 1 phase=live
at 40s scale job work parallelism=2
expect 45s job work state Failed
expect 45s job work reason AttemptsExhausted
expect 45s job work message ~status.attempts
expect 45s job work attempts 1000000000
expect 45s event work AttemptsExhausted
expect 45s job other active 1
at 50s scale job other parallelism=3
expect 60s job other active 3
