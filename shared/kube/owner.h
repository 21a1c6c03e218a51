/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: the ownerReference of what belongs to a job. */
#pragma once

#include "kube/js.h"

/* It names the job as controller. The collector deletes what has it when the job is gone. */
json_t *encode_job_owner(const char *job_name, const char *job_uid);
