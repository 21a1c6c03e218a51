# maxUnavailable as a number: three of four leave at once, the fourth when one of them is back.
nodes 4 cpu=4 memory=8
at 5s apply job work parallelism=4 cpu=500m run=100s unavailable=3
expect 8s job work ready 4
at 10s edit job work v=2
expect 10050ms pods work 1 phase=live v=1
expect 30s pods work 4 phase=started v=2
expect 30s created 8
