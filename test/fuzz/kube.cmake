# SPDX-License-Identifier: Apache-2.0
foreach(t watch job kubeconfig)
        muster_fuzz(${t} SOURCES fuzz_${t}.c USES kube PkgConfig::JANSSON)
endforeach()
