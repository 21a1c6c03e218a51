# A change of what runs replaces members one by one: never more than maxUnavailable (1) is away.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=3 cpu=500m run=100s
expect 8s job work ready 3
at 10s edit job work v=2
expect 10500ms pods work >=2 phase=started
expect 11s pods work >=2 phase=started
expect 11500ms pods work >=2 phase=started
expect 12s pods work >=2 phase=started
expect 12500ms pods work >=2 phase=started
expect 13s pods work >=2 phase=started
expect 14s pods work >=2 phase=started
expect 15s pods work >=2 phase=started
expect 30s pods work 3 phase=started v=2
expect 30s pods work 3
expect 30s job work state Running
expect 30s job work failed 0
expect 30s job work observed latest
expect 30s created 6
expect 140s job work state Completed
