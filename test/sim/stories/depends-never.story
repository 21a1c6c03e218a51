# What can never come true fails the job, and those that depend on it.
nodes 1 cpu=4 memory=8
at 5s apply job bad cpu=1 run=5s exit=1 backoff=0
at 5s apply job good cpu=1 run=5s
at 5s apply job unborn cpu=100 startby=10
at 6s apply job next cpu=1 run=5s after=bad
at 6s apply job further cpu=1 run=5s after=next
at 6s apply job cleanup cpu=1 run=5s after=good:Failed
at 6s apply job beside cpu=1 run=5s after=unborn:Started
expect 14s job next state Failed
expect 14s job next reason DependencyNeverSatisfied
expect 14s job next start none
expect 14s job next Failed.message "spec.dependsOn waits for job bad to be Complete, which is Failed; mend that job and create both again"
expect 14s event next DependencyNeverSatisfied
expect 14s job further state Failed
expect 14s job further message "spec.dependsOn waits for job next to be Complete, which is Failed and never started; mend that job and create both again"
expect 14s job cleanup state Failed
expect 14s job cleanup message "spec.dependsOn waits for job good to be Failed, which is Completed; mend that job and create both again"
expect 20s job beside state Failed
expect 20s job beside message "spec.dependsOn waits for job unborn to be Started, which is Failed and never started; mend that job and create both again"
