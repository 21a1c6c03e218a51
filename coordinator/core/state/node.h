/* SPDX-License-Identifier: Apache-2.0 */
/* The node table. A record stands for a name: the v1 Node, the ComputeNode and the agent of that
 * name come and go independently, and the record is freed when none of them and no attempt is left.
 * Nodes have dense, stable indexes, which are bits in bitsets. */
#pragma once

#include "coordinator/core/state/tables.h"

struct node_record *node_find(const struct core *c, const char *name); /* NULL: not known */
/* The record of that name, made if there is none. */
struct node_record *node_get(struct core *c, const char *name);
/* Frees the record. It must hold no attempt. */
void node_free(struct core *c, struct node_record *n);
/* Frees the record if nothing stands for its name any more. */
void node_maybe_free(struct core *c, struct node_record *n);
void nodes_forget(struct core *c); /* frees all; none may hold an attempt */
/* The node changed: this step, or the next one, settles it. */
void node_dirty(struct core *c, struct node_record *n);
/* The same, and what Muster may use of the node may be another. */
void node_caps_dirty(struct core *c, struct node_record *n);
/* The first of the nodes that changed, which is not one of them any more; NULL: none is left. */
struct node_record *node_take_dirty(struct core *c);

/* The node may, or may not, take new members. */
void node_set_usable(struct core *c, const struct node_record *n, bool usable);
/* The node changes again at at_ms (monotonic), INT64_MAX: not by itself: for its next list of pods
 * or apply; and what it may hold is computed anew then. */
void node_set_timer(struct core *c, struct node_record *n, int64_t at_ms);
void node_set_room_timer(struct core *c, struct node_record *n, int64_t at_ms);

/* The coordinator is to list the node's pods itself, as soon as it may. */
void node_want_list(struct node_record *n);

/* The Node or the ComputeNode is cordoned (spec.unschedulable). */
bool node_cordoned(const struct node_record *n);
/* The Node's Ready condition is not True, or the Node is tainted out-of-service. */
bool node_unready(const struct node_record *n);
/* The state that the leader before wrote still holds: the agent was not heard yet, and the time
 * that agents have for that (core_config.node_unheard_ms) is not over. */
bool node_keeps_last(const struct core *c, const struct node_record *n);
/* The first reason why the node is not ready for new members; R_NONE: it is, cordons apart. */
enum reason node_trouble(const struct node_record *n);

/* The agent's connection. The list of connected agents that are not silent is ordered by when each
 * was heard last, so silence is found without a search. */
void node_set_silent(struct core *c, struct node_record *n, bool silent);
void node_set_connected(struct core *c, struct node_record *n, bool connected);
/* A connected agent that is not silent was heard now: it goes to the end of that list. */
void node_heard(struct core *c, struct node_record *n);
