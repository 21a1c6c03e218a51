# While the job has not started, what it depends on can be changed: another name, another condition, none.
nodes 1 cpu=8 memory=8
at 5s apply job long cpu=1 run=300s
at 6s apply job a cpu=1 run=5s after=long,other
at 6s apply job b cpu=1 run=5s after=long:Started,other
expect 10s job b satisfied long:Started
at 20s edit job a after=
at 20s edit job b after=long,other
expect 22s job a state Running
expect 22s job b satisfied none
expect 22s job b message "waits for long to be Complete (now Running), other to be Complete (there is no such job)"
at 30s edit job b after=long:Started
expect 32s job b state Running
