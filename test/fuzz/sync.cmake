# SPDX-License-Identifier: Apache-2.0
muster_fuzz(sessions SOURCES fuzz_sessions.c USES sync model base)
