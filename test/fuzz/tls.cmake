# SPDX-License-Identifier: Apache-2.0
muster_fuzz(proof SOURCES fuzz_proof.c USES proof model base)
muster_fuzz(pem SOURCES fuzz_pem.c USES tls base)
