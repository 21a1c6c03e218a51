# The same amounts and defaults, written in another way, replace nobody, also under a new leader. A change
# of what runs does.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=3 cpu=500m run=300s
expect 8s job work ready 3
at 10s edit job work spelt=2
expect 15s job work observed latest
expect 40s created 3
at 41s crash leader
expect 80s created 3
expect 80s job work ready 3
at 81s edit job work v=2
expect 120s created 6
expect 120s pods work 3 phase=started v=2
