# SPDX-License-Identifier: Apache-2.0
muster_fuzz(core SOURCES fuzz_core.c core_make.c core_step.c core_answer.c
        USES coordinator_core kube wire model base PkgConfig::JANSSON)
