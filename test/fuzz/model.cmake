# SPDX-License-Identifier: Apache-2.0
muster_fuzz(quantity SOURCES fuzz_quantity.c USES model base)
muster_fuzz(time SOURCES fuzz_time.c USES base)
