# SPDX-License-Identifier: Apache-2.0
muster_fuzz(frame SOURCES fuzz_frame.c USES wire)
muster_fuzz(orders SOURCES fuzz_orders.c USES wire model base)
