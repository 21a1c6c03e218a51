# Somebody else wrote the number of attempts
# Muster counts the attempts of a job in its status. There the number was set to the highest there is.
nodes 2
at 5s apply job work run=1h
at 20s write-status job work attempts=1000000000
at 30s scale job work parallelism=2
show 45s job work
