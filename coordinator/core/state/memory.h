/* SPDX-License-Identifier: Apache-2.0 */
/* The memory of the tables, apart from what they hold. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Before anything else: tables that hold nothing. The core is zeroed. */
void tables_init(struct core *c);
/* After the last job, node and attempt was forgotten. */
void tables_done(struct core *c);
