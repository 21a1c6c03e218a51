# Edits that fall between the coordinator's read and its write: each status write is fenced, is
# refused and computed anew; the last spec and the whole status stand in the end.
nodes 4 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=30s
at 5s conflicts percent=50
at 6s scale job work parallelism=3
at 6100ms touch job work
at 6200ms scale job work parallelism=4
at 6300ms touch job work
at 7s scale job work parallelism=3
at 7s touch job work
at 12s conflicts percent=0
expect 20s job work observed latest
expect 20s job work active 3
expect 20s job work ready 3
expect 20s pods work 3 phase=live
expect 60s job work state Completed
expect 60s job work completed 0-2
