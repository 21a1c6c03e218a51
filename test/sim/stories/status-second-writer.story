# Somebody else writes status between our read and our write, again and again, with nonsense: every
# write of ours is fenced, what was counted is never lost, and the truth stands in the end.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=3 cpu=500m run=20s
at 5010ms write-status job work active=7
at 5100ms write-status job work message="hello"
at 5500ms write-status job work active=0
at 6s write-status job work active=9
at 7s write-status job work message="hello again"
expect 12s job work active 3
expect 12s job work message ""
expect 12s job work ready 3
at 25s write-status job work succeeded=0
at 25500ms write-status job work active=1
expect 40s job work state Completed
expect 40s job work completed 0-2
expect 40s job work succeeded 3
expect 40s job work active 0
expect 40s created 3
