/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: the hashes of what a job runs (docs/design/0005-template-hash.md). */
#pragma once

#include "kube/js.h"
#include "model/job.h"
#include "tls/digest.h"

/* user_pod is what the job's spec asks for, before Muster's own defaults. Sets both hashes of ret,
 * and all digits of what the newer of them begins with. */
void pod_hash(struct arena *a, const json_t *job_spec, const json_t *user_pod, struct job_spec *ret,
	      char ret_digest[DIGEST_HEX_BYTES]);
