# SPDX-License-Identifier: Apache-2.0
muster_fuzz(header SOURCES fuzz_header.c USES net base)
