/* SPDX-License-Identifier: Apache-2.0 */
/* What agents and the coordinator's own reads tell about members. */
#pragma once

#include "coordinator/core/state/tables.h"

/* n tells about m; by_list: the coordinator read the pod itself. Doing it twice changes nothing
 * more. */
void member_seen(struct core *c, struct node_record *n, const struct member *m, bool by_list);
