/* SPDX-License-Identifier: Apache-2.0 */
/* A member that ends at once, whatever ends it, is not made again and again. */
#pragma once

#include "test/sim/checks/record.h"

void check_replaced(struct checks *c, const struct version *pod); /* it was created just now */
void check_floors_free(struct checks *c);
