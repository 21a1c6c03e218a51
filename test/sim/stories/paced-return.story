# Thirty agents come back at once to a small API server (four requests at once, 40 more may wait): the
# coordinator fails over, then all watches break and what they missed is forgotten, then an update
# replaces all agents. What is refused is not asked again before Retry-After, and within seconds all is
# as before: a new job runs on all nodes.
nodes 30 cpu=16 memory=64
at 10s apply job a parallelism=30 cpu=100m run=1000s
expect 20s job a ready 30
at 30s seats n=4 queue=40 takes=50ms
at 30s crash leader
at 60s apply job b parallelism=30 cpu=100m run=1000s
expect 75s job b ready 30
expect 75s throttled 0
at 90s seats n=4 queue=40 takes=50ms
at 90s compact
at 90s cut-watches
at 100s apply job c parallelism=30 cpu=100m run=1000s
expect 115s job c ready 30
expect 115s throttled 0
at 130s seats n=4 queue=40 takes=50ms
at 130s crash n1
at 130s crash n2
at 130s crash n3
at 130s crash n4
at 130s crash n5
at 130s crash n6
at 130s crash n7
at 130s crash n8
at 130s crash n9
at 130s crash n10
at 130s crash n11
at 130s crash n12
at 130s crash n13
at 130s crash n14
at 130s crash n15
at 130s crash n16
at 130s crash n17
at 130s crash n18
at 130s crash n19
at 130s crash n20
at 130s crash n21
at 130s crash n22
at 130s crash n23
at 130s crash n24
at 130s crash n25
at 130s crash n26
at 130s crash n27
at 130s crash n28
at 130s crash n29
at 130s crash n30
at 131s start n1
at 131s start n2
at 131s start n3
at 131s start n4
at 131s start n5
at 131s start n6
at 131s start n7
at 131s start n8
at 131s start n9
at 131s start n10
at 131s start n11
at 131s start n12
at 131s start n13
at 131s start n14
at 131s start n15
at 131s start n16
at 131s start n17
at 131s start n18
at 131s start n19
at 131s start n20
at 131s start n21
at 131s start n22
at 131s start n23
at 131s start n24
at 131s start n25
at 131s start n26
at 131s start n27
at 131s start n28
at 131s start n29
at 131s start n30
at 150s apply job d parallelism=30 cpu=100m run=1000s
expect 170s job d ready 30
expect 170s throttled <=20
