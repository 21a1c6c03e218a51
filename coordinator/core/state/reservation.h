/* SPDX-License-Identifier: Apache-2.0 */
/* Reservations: nodes that are held for jobs that do not fit. place/reserve.c makes them. */
#pragma once

#include "coordinator/core/state/tables.h"

/* A cycle begins: no nodes are held until the cycle holds them again. floor: the lowest priority in
 * the queue. */
void reservations_begin(struct core *c, int32_t floor);
/* The cycle is at its end: logs for which jobs nodes are not held any more. */
void reservations_end(struct core *c);
void reservations_forget(struct core *c); /* as at the beginning; logs nothing */
/* How many jobs of the namespace hold nodes from jobs of other namespaces. */
uint32_t reservations_binding(const struct core *c, const char *ns);
/* The nodes are held from jobs of another namespace than ns only. */
bool reservation_foreign(const struct reservation *r, const char *ns);
/* No nodes are held from jobs of the namespace. */
bool reservations_none(const struct core *c, const char *ns);
/* Nobody has to leave the nodes alone. */
bool reservation_binds_nobody(const struct reservation *r);
/* Appends a reservation for the job. There must be fewer than RESERVATIONS_MAX. */
struct reservation *reservation_add(struct core *c, const struct job_record *j);
/* Holds the node for so many members more. r->most must be set. */
void reservation_hold(const struct core *c, struct reservation *r, uint32_t node, uint32_t members);
/* For how many members the node is held; for as many as may be there if it is not one of r->nodes
 * (a node that came free since). */
uint32_t reservation_members(const struct reservation *r, uint32_t node);
/* The log has said that nodes are held for the job. */
void reservation_told(struct core *c, const struct job_record *j);
/* Logs that no nodes are held for the job any more, if the log has said that they are. */
void reservation_untold(struct core *c, const struct job_record *j);
void reservation_leave(struct core *c, const struct job_record *j); /* the job leaves the queue */
/* The reservation of the job; NULL: it has none. */
const struct reservation *reservation_of(const struct core *c, const struct job_record *j);
void reservations_done(struct core *c);
