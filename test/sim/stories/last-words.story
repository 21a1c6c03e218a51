# What a program wrote last stands in the status, the Event and status.failures: as one line, whatever it wrote.
nodes 1 cpu=4 memory=8
at 5s apply job trace run=5s exit=1 backoff=1 says=1 cpu=500m
at 5s apply job forges run=5s exit=1 backoff=0 says=3 cpu=500m
at 5s apply job paints run=5s exit=1 backoff=0 says=4 cpu=500m
at 5s apply job killed run=5s oom=1 backoff=0 cpu=500m
expect 14s job trace failures "0/1 on n1 1 Error: ValueError: no such column: age"
expect 14s event trace MemberFailed
expect 14s job forges failures "0/1 on n1 1 Error: done | Reason: CompletionsReached | Events: <none> | level=info msg=finished job=default/j0 state=Completed"
expect 14s job killed failures "0/1 on n1 137 OOMKilled: "
expect 15s job paints state Failed
at 20s crash leader
expect 60s job trace state Failed
expect 60s job trace failures "0/1 on n1 1 Error: ValueError: no such column: age, 0/2 on n1 1 Error: ValueError: no such column: age"
