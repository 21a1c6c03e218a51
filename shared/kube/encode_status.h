/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: statuses, as merge patches. A status patch says every field that Muster owns:
 * what is unset goes as null, lists go whole, so that the server then holds what was computed and
 * nothing older. Texts that are longer than their field allows are cut: the API server would refuse
 * the whole status otherwise. */
#pragma once

#include "kube/js.h"
#include "model/cnode.h"
#include "model/job.h"

enum { ENCODE_REASON_MAX = 128 }; /* bytes of a reason */

json_t *encode_job_status(const struct job_status *s);
json_t *encode_cnode_status(const struct cnode_status *s);
/* An object of quantities, without the names of leave_out (may be NULL). */
json_t *encode_resources(const struct reslist *l, const struct strs *leave_out);
