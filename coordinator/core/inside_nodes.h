/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the core: resources, selection, nodes and their liveness. */
#pragma once

#include "base/mem.h"
#include "coordinator/core/tables.h"

/* res.c: resource names and rows */
uint32_t res_id(struct core *c, const char *name); /* makes it; UINT32_MAX: too many names */
int64_t *res_row(const struct core *c, const struct mnode *n, enum res_row row);
void res_row_set(struct core *c, struct mnode *n, enum res_row row, const struct reslist *l);
/* A kubelet refused a member (which gave its room back): there is less than that in truth, until
 * res_caps is asked again. False: nothing said so. */
bool res_short(struct core *c, struct mnode *n, const char *reason, const struct needs *needs);
bool res_caps(struct core *c, struct mnode *n); /* ROW_CAP from the others; whether it changed */
void res_use(struct core *c, struct mnode *n, const struct needs *needs, int sign);
bool res_fits(const struct core *c, const struct mnode *n, const struct needs *needs);
bool res_fits_empty(const struct core *c, const struct mnode *n, const struct needs *needs);
uint32_t res_lacking(const struct core *c, const struct mnode *n, const struct needs *needs);
struct needs needs_of(struct core *c, const struct reslist *l);
struct needs needs_asked(struct core *c, const struct reslist *l); /* unknown names stay so */
struct needs needs_copy(const struct needs *from);
void needs_done(struct needs *n);

/* match.c: labels and taints as bitsets over nodes */
void labels_set(struct core *c, struct labels *l, const struct kvs *from);
void labels_done(struct core *c, struct labels *l);
void match_node_out(struct core *c, struct mnode *n); /* before labels or taints change */
void match_node_in(struct core *c, struct mnode *n);  /* after */

/* reqclass.c */
struct reqclass *reqclass_get(struct core *c, const struct job_spec *spec);
void reqclass_put(struct core *c, struct reqclass *k);
/* The name of the i-th of its needs; of those whose resource no node had, some node has it now. */
const char *reqclass_asks(const struct reqclass *k, uint32_t i);
void reqclass_know(struct core *c, const char *res, uint32_t id);

/* matchset.c: what a selection matches; valid until the next call */
const struct matchset *match_of(struct core *c, struct reqclass *k);
void matchset_drop(struct core *c, struct matchset *m); /* what was evaluated of it */
struct match_parts {
	struct bitset selector, affinity, taints;
};
void matchset_parts(const struct core *c, const struct matchset *m, struct match_parts *ret);
void match_parts_done(struct match_parts *p);

/* nodes.c, node_apply.c, node_state.c, liveness.c */
struct mnode *node_find(const struct core *c, const char *name);
struct mnode *node_get(struct core *c, const char *name); /* makes it */
void node_dirty(struct core *c, struct mnode *n);
void node_maybe_free(struct core *c, struct mnode *n);
void node_free(struct core *c, struct mnode *n);
void node_on_node(struct core *c, const struct node *node);
void node_on_node_gone(struct core *c, const struct meta *gone);
void node_on_cnode(struct core *c, const struct cnode *cn);
void node_on_cnode_gone(struct core *c, const struct meta *gone);
void node_on_applied(struct core *c, const struct core_event *ev);
void node_apply_check(struct core *c, struct mnode *n);
/* The ComputeNode was seen, or other things are to be applied: an apply that is still needed is
 * sent within a second, however often the one before was repeated. */
void node_apply_soon(const struct core *c, struct mnode *n);
/* The ComputeNode is gone and, if there is a Node, to be made again: at once the first time, later
 * and later (at most half a minute) where it goes within a minute each time. */
void node_apply_again(const struct core *c, struct mnode *n);
void node_settle(struct core *c, struct mnode *n);
bool node_cordoned(const struct mnode *n);
void node_status_check(struct core *c, struct mnode *n);
void node_status_echo(struct core *c, struct mnode *n, const struct cnode_status *st,
		      const char *rv);
void node_on_written(struct core *c, const struct core_event *ev);
void live_hello(struct core *c, const struct core_event *ev);
void live_report(struct core *c, const struct core_event *ev);
void live_heard(struct core *c, const struct core_event *ev);
void live_hangup(struct core *c, const struct core_event *ev);
void live_tick(struct core *c); /* silence, mass silence, the gate after a change of leader */
int64_t live_deadline(const struct core *c);
void live_forget(struct core *c, struct mnode *n);
void live_timer(struct core *c, struct mnode *n); /* to list its pods, or to apply again */
void live_list(struct core *c, struct mnode *n);  /* schedules or starts the list of its pods */
