# A rollout of programs that end with 0 when they are stopped: the new version runs on every index.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=3 cpu=500m run=60s term=0 backoff=0
expect 8s job work ready 3
at 10s edit job work v=2
expect 30s pods work 3 phase=started v=2
expect 30s job work state Running
expect 30s job work completed ""
expect 30s job work failed 0
expect 100s job work state Completed
expect 100s job work completed 0-2
expect 100s starts work 0 2
expect 100s starts work 1 2
expect 100s starts work 2 2
