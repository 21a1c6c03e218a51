# maxUnavailable as a percentage is rounded down, as a Deployment counts: 60 % of 4 are 2 at a time.
nodes 4 cpu=4 memory=8
at 5s apply job work parallelism=4 cpu=500m run=100s unavailable=60%
expect 8s job work ready 4
at 10s edit job work v=2
expect 10050ms pods work 2 phase=live v=1
expect 11s pods work >=2 phase=started
expect 12s pods work >=2 phase=started
expect 13s pods work >=2 phase=started
expect 14s pods work >=2 phase=started
expect 30s pods work 4 phase=started v=2
expect 30s created 8
