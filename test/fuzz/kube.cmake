# SPDX-License-Identifier: Apache-2.0
foreach(t watch job kubeconfig base64 exec)
        muster_fuzz(${t} SOURCES fuzz_${t}.c USES kube PkgConfig::JANSSON)
endforeach()
muster_fuzz(member SOURCES fuzz_member.c USES kube wire PkgConfig::JANSSON)
muster_fuzz(token SOURCES fuzz_token.c USES kube base PkgConfig::JANSSON)
