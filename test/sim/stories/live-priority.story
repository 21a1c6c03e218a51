# Priority takes effect at once: of two that wait, the one that is raised goes first.
nodes 1 cpu=4 memory=8
at 5s apply job first cpu=4 run=20s
at 6s apply job second cpu=4 run=20s
at 7s apply job third cpu=4 run=20s
at 10s edit job third priority=10
expect 30s job third state Running
expect 30s job second state Pending
expect 50s job second state Running
expect 80s job second state Completed
