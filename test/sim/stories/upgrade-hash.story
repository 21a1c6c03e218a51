# An upgrade to the version that hashes templates in another way, under running members: nobody is replaced,
# by no leader. What ended before is still counted for its index. A change of what runs replaces all.
nodes 4 cpu=4 memory=8
at 1s older-version
at 5s apply job work parallelism=3 cpu=500m run=600s tolerate=k
at 5s apply job rolls parallelism=2 cpu=500m run=600s
at 5s apply job fails parallelism=1 cpu=500m run=1s exit=3 backoff=3
expect 8s job work ready 3
expect 8900ms job fails failed 1
at 9s crash leader
at 10s this-version
expect 60s created 8
expect 60s job work ready 3
expect 60s job fails failed 3
at 61s start coordinator-0
at 62s crash leader
expect 100s job work ready 3
expect 100s job rolls ready 2
at 101s edit job rolls v=2
expect 140s pods rolls 2 phase=started v=2
expect 140s pods work 3 phase=started attempt=1
at 141s delete member work 1
expect 150s job work ready 3
at 151s crash leader
expect 190s job work ready 3
expect 190s pods work 2 phase=started attempt=1
expect 190s event work MemberStopped n=0
