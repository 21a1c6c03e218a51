/* SPDX-License-Identifier: Apache-2.0 */
/* Objects that pods of jobs need: RuntimeClasses, claims, and what claims name. They are read when
 * a job with such a need is looked at, one by one: a watch of all claims of a cluster would cost
 * more than the few that jobs use. What is there and complete is read again when it is older than a
 * minute; what is missing or not bound yet is read every few seconds as long as a job names it. */
#pragma once

#include "base/buf.h"
#include "coordinator/core/state/tables.h"

/* Counts a reference, which lookup_put gives back. ns is NULL for kinds without namespaces. */
struct lookup *lookup_get(struct core *c, enum needed_kind kind, const char *ns, const char *name);
void lookup_put(struct core *c, struct lookup *l); /* NULL is allowed */
struct lookup *lookup_find(const struct core *c, enum needed_kind kind, const char *ns,
			   const char *name); /* NULL: no job names it */

/* Reads the object if it was never read. */
void lookup_ask(struct core *c, struct lookup *l);
/* A Node came, or another one of its name: what CSINodes say is asked for again soon. */
void lookups_node_came(struct core *c);
void lookup_due(struct core *c, struct lookup *l); /* the timer of the record */
/* The end of a question. obj NULL: there is no such object, or failure says why that is not known;
 * what was read within the last 5 minutes counts then. True: it differs from what was known. */
bool lookup_answer(struct core *c, struct lookup *l, const struct needed *obj, const char *failure);

/* A choice for the claim is being written: the volume, or, if volume is NULL, the node. */
void lookup_chosen(struct core *c, struct lookup *claim, const char *node, const char *volume);
/* The choice was not written; the next is made after a pause. words: why, or "". */
void lookup_unchosen(struct core *c, struct lookup *claim, const char *words, int64_t pause_ms);

/* Something is to be logged that others can cause again and again: true once a minute. */
bool lookup_may_warn(struct core *c);

/* Takes the nodes out of *nodes that the object excludes; none if it is not known. */
void lookup_match(const struct core *c, const struct lookup *l, struct bitset *nodes);
/* Its tolerations, at most max; they point into the record. */
uint32_t lookup_tolerations(const struct lookup *l, struct toleration *v, uint32_t max);
/* What kubectl calls its kind. */
const char *lookup_kind_text(const struct lookup *l);
