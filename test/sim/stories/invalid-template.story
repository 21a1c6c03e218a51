# A template of which no pod can be made: said in status and as an Event; corrected, the job runs.
nodes 1 cpu=4 memory=8
at 5s apply job work cpu=500m run=5s invalid="spec.template: the rendered pod is larger than 64 KiB"
expect 7s job work state Pending
expect 7s job work reason InvalidPodTemplate
expect 7s job work message ~"larger than 64 KiB"
expect 7s job work Scheduled.reason InvalidPodTemplate
expect 7s event work InvalidPodTemplate "larger than 64 KiB"
expect 60s created 0
at 61s edit job work invalid= v=2
expect 70s job work state Completed
expect 70s job work reason CompletionsReached
