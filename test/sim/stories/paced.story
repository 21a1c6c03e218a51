# A small API server carries out four requests at once, 80 a second, and 40 more may wait. Three
# hundred pods are wanted at one time. The window of creates starts above what the server can do, and
# finds its measure: few creates are refused, none is tried again before Retry-After, and all pods
# come as fast as the server makes them. Later jobs come to a window that fits.
nodes 30 cpu=16 memory=64
at 4s seats n=4 queue=40 takes=50ms
at 10s seats n=4 queue=40 takes=50ms
at 10s apply job a parallelism=30 cpu=100m run=300s
at 10s apply job b parallelism=30 cpu=100m run=300s
at 10s apply job c parallelism=30 cpu=100m run=300s
at 10s apply job d parallelism=30 cpu=100m run=300s
at 10s apply job e parallelism=30 cpu=100m run=300s
at 10s apply job f parallelism=30 cpu=100m run=300s
at 10s apply job g parallelism=30 cpu=100m run=300s
at 10s apply job h parallelism=30 cpu=100m run=300s
at 10s apply job i parallelism=30 cpu=100m run=300s
at 10s apply job j parallelism=30 cpu=100m run=300s
expect 25s created 300
expect 25s throttled <=60
at 40s seats n=4 queue=40 takes=50ms
at 40s apply job k parallelism=30 cpu=100m run=300s
at 40s apply job l parallelism=30 cpu=100m run=300s
at 40s apply job m parallelism=30 cpu=100m run=300s
expect 50s created 390
expect 50s throttled 0
