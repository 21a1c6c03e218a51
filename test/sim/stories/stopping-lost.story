# A node is lost while members on it are being stopped: by a rolling change, by Recreate, by a
# suspension that is taken back. Their pods stay there as long as the node is away, and nobody waits
# for them, but under onNodeLoss Wait, which says so.
nodes 2 cpu=4 memory=8
at 1s label n1 zone=a
at 5s apply job roll cpu=100m run=300s selector=zone=a
at 5s apply job fresh cpu=100m run=300s selector=zone=a update=Recreate
at 5s apply job again cpu=100m run=300s selector=zone=a
at 5s apply job careful cpu=100m run=300s selector=zone=a loss=Wait
expect 8s pods roll 1 phase=started node=n1
expect 8s pods careful 1 phase=started node=n1
at 9s power-off n1
at 9500ms edit job roll v=2
at 9500ms edit job fresh v=2
at 9500ms edit job careful v=2
at 9500ms suspend job again
at 12s label n2 zone=a
expect 20s node n1 state Failed
at 21s resume job again
expect 40s job roll ready 1
expect 40s job fresh ready 1
expect 40s job again ready 1
expect 40s pods roll 1 v=2 phase=started node=n2
expect 40s pods fresh 1 v=2 phase=started node=n2
expect 40s job roll superseded "0/1 on n1 by 2"
expect 40s job careful ready 0
expect 40s job careful message "member 0 waits for node n1, which is lost; bring the node back, or delete the Node if the machine is off for good"
expect 40s pods careful 1
at 60s power-on n1
expect 100s pods roll 1
expect 100s pods fresh 1
expect 100s pods again 1
expect 100s pods careful 1 v=2 phase=started
expect 100s job careful message ""
expect 100s job roll superseded none
expect 100s job roll failed 0
expect 500s job roll state Completed
expect 500s job fresh state Completed
expect 500s job again state Completed
expect 500s job careful state Completed
