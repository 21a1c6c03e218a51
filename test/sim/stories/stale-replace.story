# kubectl replace of an object that was read before is refused (409); one without a resourceVersion
# writes the old spec over the new one, and that spec is then done. Status is lost by neither.
nodes 4 cpu=4 memory=8
at 5s apply job work parallelism=2 cpu=500m run=60s
expect 8s job work ready 2
at 9s read job work
at 10s scale job work parallelism=4
expect 13s job work ready 4
at 14s replace job work parallelism=1
expect 14s refused 1
expect 18s job work ready 4
at 20s replace job work force
expect 20s refused 1
expect 23s job work ready 2
expect 23s job work attempts 1
expect 23s job work observed latest
expect 90s job work state Completed
expect 90s job work completed 0,1
expect 90s created 4
