# Every field of the status over a job's life.
nodes 3 cpu=4 memory=8
at 5s apply job work parallelism=3 cpu=500m run=30s
expect 5500ms job work observed latest
expect 5500ms job work start 5
expect 5500ms job work end none
expect 8s job work state Running
expect 8s job work active 3
expect 8s job work ready 3
expect 8s job work nodes 3
expect 8s job work succeeded 0
expect 8s job work failed 0
expect 8s job work attempts 1
expect 8s job work selector ~"muster.dev/job-uid="
expect 8s job work Scheduled True
expect 8s job work Scheduled.observed 1
expect 8s job work Complete none
at 10s delete member work 1
expect 13s job work attempts 2
expect 13s job work ready 3
at 14s edit job work priority=3
expect 16s job work observed latest
expect 16s job work Scheduled.observed 2
expect 38s job work completed 0,2
expect 38s job work succeeded 2
expect 38s job work active 1
expect 38s job work nodes 1
expect 38s job work Complete none
expect 45s job work state Completed
expect 45s job work completed 0-2
expect 45s job work end >=40
expect 45s job work active 0
expect 45s job work ready 0
expect 45s job work nodes 0
expect 45s job work Complete True
expect 45s job work Complete.reason CompletionsReached
expect 45s job work Complete.message "all 3 members have succeeded"
expect 45s job work reason CompletionsReached
expect 45s event work CompletionsReached
expect 45s job work Failed none
