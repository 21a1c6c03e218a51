# A job whose member fails waits longer and longer. Its user mends it: it does not wait out the pause
# that the faulty version has earned, whether the command or the selection was mended.
nodes 2 cpu=4 memory=8
at 5s apply job work run=1s exit=3 backoff=6
expect 45s job work failed 3
expect 45s job work reason MemberFailed
expect 45s job work message "~; next try at "
at 50s edit job work exit=0
expect 55s job work state Completed
at 60s label n1 disk=broken
at 60s label n2 disk=good
at 60s apply job other run=1s exit=3 backoff=6 selector=disk=broken
expect 100s job other failed 3
at 105s edit job other selector=disk=good
expect 109s job other failed 4
