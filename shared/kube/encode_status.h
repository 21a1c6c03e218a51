/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: statuses as merge patches. A patch has every field that Muster owns: an
 * unset field is null and a list is whole, so that nothing older stays on the server. A text
 * that is longer than its field allows is cut, since the API server would refuse the whole
 * status. */
#pragma once

#include "kube/js.h"
#include "model/compute_node.h"
#include "model/job.h"

enum { ENCODE_REASON_MAX = 128 }; /* bytes of a reason */

json_t *encode_job_status(const struct job_status *s);
json_t *encode_compute_node_status(const struct compute_node_status *s);
/* Returns an object of quantities without the names in leave_out (may be NULL). */
json_t *encode_resources(const struct reslist *l, const struct strs *leave_out);
