/* SPDX-License-Identifier: Apache-2.0 */
/* What records of unproven pods own. */
#pragma once

#include "coordinator/core/state/node_record.h"

void unproven_done(struct unproven *u);
void node_unproven_done(struct node_unproven *all); /* all of them; leaves none */
