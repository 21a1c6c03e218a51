# A member failed, and said why
# The program wrote a traceback and ended with 1. Its last lines are told.
nodes 2 memory=8Gi
at 5s apply job work run=5s exit=1 says=2 memory=1Gi
show 14s job work
