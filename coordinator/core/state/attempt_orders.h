/* SPDX-License-Identifier: Apache-2.0 */
/* Attempts whose order may have changed. state/orders counts the orders of their node again. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The order of the attempt may have changed: the orders of its node are counted again when the node
 * is settled. */
void attempt_order_changed(struct core *c, struct attempt *a);
void attempt_order_forget(struct attempt *a); /* the attempt leaves its node */
