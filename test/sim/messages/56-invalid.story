# No Pod can be made from the template
nodes 2 memory=8Gi
at 5s apply job work invalid="spec.template: containers[0].image: must be a string" memory=1Gi
show 15s job work
