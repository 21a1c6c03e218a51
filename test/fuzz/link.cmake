# SPDX-License-Identifier: Apache-2.0
muster_fuzz(framing SOURCES fuzz_framing.c USES link base)
