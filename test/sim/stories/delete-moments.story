# A job may be deleted at every moment: while it waits, before its pods exist, while they start,
# half done, suspended, in a rollout, finished. Nothing is left, nothing is made afterwards.
nodes 2 cpu=8 memory=8
at 5s apply job waits parallelism=2 cpu=16 run=10s
at 5s apply job ordered parallelism=2 cpu=500m run=10s
at 5s apply job starts parallelism=2 cpu=500m run=10s
at 5s apply job half parallelism=2 cpu=500m run=10s
at 5s apply job rolls parallelism=2 cpu=500m run=100s
at 5s apply job sleeps parallelism=2 cpu=500m run=100s
at 5s apply job done parallelism=1 cpu=500m run=2s
at 5004ms delete job ordered
at 5300ms delete job starts
at 9s suspend job sleeps
at 9s delete member half 1
at 10s edit job rolls v=2
at 10200ms delete job rolls
at 12s delete job waits
at 12s delete job sleeps
at 12s delete job done
expect 18s job half completed 0
at 18s delete job half
expect 30s pods waits 0
expect 30s pods ordered 0
expect 30s pods starts 0
expect 30s pods half 0
expect 30s pods rolls 0
expect 30s pods sleeps 0
expect 30s pods done 0
expect 30s node n1 members 0
expect 30s node n2 members 0
