/* SPDX-License-Identifier: Apache-2.0 */
/* The address of an attempt's pod in the headless Service of its gang. The Service selects by
 * LABEL_CURRENT. A pod on a dead node stays an address of a Service with publishNotReadyAddresses
 * until the node comes back, also when the pod is being deleted. So the label is taken off where
 * another pod has the member's host name by now, or where the member is not wanted any more. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Another attempt takes the place of a: asks for the removal of the label from a's pod. To be
 * called before the new pod is asked for, since actions of a step are carried out in order. */
void attempt_take_address(struct core *c, struct attempt *a);
/* The state of the attempt or of its node changed: takes the address of a pod out of reach that is
 * superseded or being deleted. */
void attempt_check_address(struct core *c, struct attempt *a);
/* The attempt goes on although its address was taken, as the one that took its place has ended. */
void attempt_give_address(struct core *c, struct attempt *a);
/* The timer of the attempt fired: a label that could not be written is written again. */
void attempt_address_due(struct core *c, struct attempt *a);
/* The label was written, or was not: rc is what the API server answered. False: it is to be tried
 * again, and the attempt has no timer for that yet. */
bool attempt_address_written(const struct core *c, struct attempt *a, enum rc rc,
			     const char *message);
