# SPDX-License-Identifier: Apache-2.0
muster_fuzz(sessions SOURCES fuzz_sessions.c USES sync model base)
muster_fuzz(changes SOURCES fuzz_changes.c USES sync model base)
