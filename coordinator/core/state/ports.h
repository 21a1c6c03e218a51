/* SPDX-License-Identifier: Apache-2.0 */
/* Host ports. No two pods of a node may have the same one, and the kubelet refuses the second. For
 * each port that a request asks for, the nodes where the port is taken are kept up to date. Memory
 * is bounded by what is asked for, not by what is taken: a port that nobody asks for has no record.
 */
#pragma once

#include "coordinator/core/state/tables.h"

/* Begins and ends the interest of a request in its ports; r->ports is set. */
void ports_ask(struct core *c, struct request *r);
void ports_unask(struct core *c, struct request *r);
/* What pods of the node that are no members have. */
void ports_foreign_set(struct core *c, struct node_record *n, const struct host_ports *p);
/* The node is freed: nothing is taken there. */
void ports_forget(struct core *c, struct node_record *n);
/* An attempt with these ports takes room on the node, or gives it back. */
void ports_members_changed(struct core *c, const struct node_record *n, const struct host_ports *p);
/* Takes the nodes out of *nodes where a port of the request is taken. The request of a
 * question, which is not in the table, is compared with each of the nodes. */
void ports_leave_free(const struct core *c, const struct request *r, struct bitset *nodes);
/* The first port of a request in the table that is taken on the node; 0: all are free. */
uint64_t ports_taken(const struct request *r, uint32_t node);
/* Whether pods of others have one of the ports on the node. */
bool ports_foreign(const struct request *r, uint32_t node);
