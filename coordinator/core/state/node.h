/* SPDX-License-Identifier: Apache-2.0 */
/* The node table. A record stands for a name. The Node, the ComputeNode and the agent of this name
 * come and go independently of each other; the record is freed when none of them is left and no
 * attempt is. Nodes have dense indexes that do not change, for use in bitsets. */
#pragma once

#include "coordinator/core/state/tables.h"

struct node_record *node_find(const struct core *c,
			      const char *name); /* NULL: the node is not known */
/* The record of this name; made if there is none. */
struct node_record *node_get(struct core *c, const char *name);
/* Frees the record, which must hold no attempt. */
void node_free(struct core *c, struct node_record *n);
/* Frees the record if there is neither a Node, a ComputeNode, an agent nor an attempt. */
void node_free_if_unused(struct core *c, struct node_record *n);
void nodes_forget(struct core *c); /* frees all; none may hold an attempt */
/* The node changed: this step or a later one settles it. */
void node_dirty(struct core *c, struct node_record *n);
/* The node changed, and what Muster may use of it is computed again. */
void node_caps_dirty(struct core *c, struct node_record *n);
/* Takes the first of the nodes that changed; NULL: none is left. */
struct node_record *node_take_dirty(struct core *c);

/* usable: the node takes new members. */
void node_set_usable(struct core *c, const struct node_record *n, bool usable);
/* narrow: its agent is older than completions, and takes no index from INDEX_NARROW on. */
void node_set_narrow(struct core *c, struct node_record *n, bool narrow);
/* Takes the narrow nodes out of *nodes if the job may have such indexes. */
void nodes_leave_narrow(const struct core *c, const struct job_record *j, struct bitset *nodes);
/* Sets when the node is settled again (monotonic; INT64_MAX: when something changes): for its next
 * list of pods or apply, or the end of the time for which it keeps members while it is not Ready.
 */
void node_set_timer(struct core *c, struct node_record *n, int64_t at_ms);
/* Sets when the room of the node is counted again (monotonic); of two times, the earlier one holds.
 */
void node_set_room_timer(struct core *c, struct node_record *n, int64_t at_ms);

/* The coordinator lists the pods of the node itself as soon as it may. */
void node_want_list(struct node_record *n);

/* The Node or the ComputeNode is cordoned (spec.unschedulable). */
bool node_cordoned(const struct node_record *n);
/* The Ready condition of the Node is not True, or the Node has the taint out-of-service. */
bool node_unready(const struct node_record *n);
/* The state that the previous leader wrote is still kept, since the agent was not heard yet and the
 * time for that (core_config.node_unheard_ms) is not over. */
bool node_keeps_last(const struct core *c, const struct node_record *n);
/* The node has a connected agent, and what is stored of the node does not say that there never was
 * one: a new leader would not wait for an agent of such a node, so no order may go there before. A
 * status that cannot be written is not waited for. */
bool node_registered(const struct node_record *n);
/* The first reason why the node takes no new members, cordons apart; R_NONE: there is none. */
enum reason node_trouble(const struct node_record *n);

/* The connection of the agent. Connected agents that are not silent are kept in the order in which
 * they were last heard, so that silence is found without a search. */
void node_set_silent(struct core *c, struct node_record *n, bool silent);
/* Whether the silent node is one of most, which fell silent together; not any more when it is
 * heard. */
void node_silent_with_most(struct node_record *n, bool with_most);
void node_set_connected(struct core *c, struct node_record *n, bool connected);
/* A connected agent that is not silent was heard now. */
void node_heard(struct core *c, struct node_record *n);
