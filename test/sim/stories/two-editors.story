# Two users edit at once, one scales and one changes what runs, while the coordinator stands still
# and again while it writes: the last spec wins, no status is lost and no pod too many is made.
nodes 4 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=100s
expect 8s job work ready 2
at 10s pause leader 3s
at 11s edit job work v=2
at 11s scale job work parallelism=4
at 11s edit job work v=3
expect 40s pods work 4 phase=started v=3
expect 40s pods work 4
expect 40s job work observed latest
expect 40s job work active 4
expect 40s job work failed 0
expect 40s created 6
