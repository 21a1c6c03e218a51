/* SPDX-License-Identifier: Apache-2.0 */
/* Room: what the members of a node take, and all its pods. */
#pragma once

#include "test/sim/checks/record.h"

void check_room(struct checks *c, const struct version *pod); /* the pod has just come to be */
void check_note_template(struct checks *c, const struct version *job); /* it is there */
