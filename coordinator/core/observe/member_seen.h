/* SPDX-License-Identifier: Apache-2.0 */
/* What agents report about members, and what the coordinator reads itself. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The create of an attempt whose pod nobody has seen keeps failing with these words. The words are
 * what the attempt waits for until its pod is seen. */
void member_create_failing(struct core *c, struct attempt *a, const char *reason,
			   const char *message);

/* n reports m. by_list: the coordinator has read the pod itself. A second call changes nothing
 * more. */
void member_seen(struct core *c, struct node_record *n, const struct member *m, bool by_list);
