/* SPDX-License-Identifier: Apache-2.0 */
/* The tables with placement's own memory. */
#pragma once

#include "coordinator/core/place/placing.h"
#include "test/unit/coordinator/state/tables.h"

int placing_setup(void **state);
int placing_teardown(void **state);
