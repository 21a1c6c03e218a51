/* SPDX-License-Identifier: Apache-2.0 */
/* Room: what the members of a node take, and all its pods. */
#pragma once

#include "test/sim/checks/record.h"

/* Admission adds to pods, or did, and jobs may wait by numbers that a check does not know: what a
 * job needs that waits is asked for again after minutes, of each shape in its own time. */
bool check_requests_unknown(const struct checks *c);
void check_room(struct checks *c, const struct version *pod); /* the pod has just come to be */
void check_note_template(struct checks *c, const struct version *job); /* it is there */
