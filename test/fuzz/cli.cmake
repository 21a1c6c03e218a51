# SPDX-License-Identifier: Apache-2.0
foreach(t script yaml)
        muster_fuzz(${t} SOURCES fuzz_${t}.c USES cli kube base PkgConfig::JANSSON)
endforeach()
