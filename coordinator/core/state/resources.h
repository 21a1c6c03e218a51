/* SPDX-License-Identifier: Apache-2.0 */
/* Resources have numbers, so that a node is a few rows of integers in thousandths. A node's
 * capacity for Muster is the lower of the ComputeNode's spec and of the Node's allocatable less
 * what pods that are no members use. "pods" is a resource like others; a member needs one. Only
 * resources of nodes and of their pods get a number, at most RES_NAMES_MAX: a job may ask for
 * anything. Names come and go (device plugins): when the numbers are used up, those of names that
 * no node has and no job asks for are given away. What is left out even so is counted in left_out,
 * and is not used. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The number of a name. A new name gets a number; UINT32_MAX: there are too many names. */
uint32_t res_id(struct core *c, const char *name);
/* The number of a name; UINT32_MAX: the name has none. */
uint32_t res_find(const struct core *c, const char *name);
void res_row_set(struct core *c, struct node_record *n, enum res_row row, const struct reslist *l);
/* Sets ret[r] for at most max of the node's resources, for which a list has place; ret has c->res.n
 * entries. used_first: what members use comes before what none uses. Returns how many they are. */
uint32_t res_listed(const struct core *c, const struct node_record *n, bool used_first,
		    uint32_t max, bool *ret);
/* How many resources the Node has, with those that are left out. */
uint32_t res_count(const struct core *c, const struct node_record *n);
/* Sets ROW_FOREIGN: what pods that are no members use, and how many pods they are. */
void res_foreign_set(struct core *c, struct node_record *n, const struct reslist *l, uint32_t pods);
/* ROW_NOMINATED: what pods that wait for the node request. Names without a number are left out: no
 * node has such a resource. */
void res_nominated_clear(const struct core *c, struct node_record *n);
void res_nominated_add(const struct core *c, struct node_record *n, const char *name,
		       int64_t milli);
/* Computes ROW_CAP from the rows before it. True: it changed. */
bool res_caps(struct core *c, struct node_record *n);
/* A kubelet refused a member because the resource that the reason names ran out. The node is then
 * taken to have less of the resource until res_caps is called again. The member must have given its
 * room back. False: the reason names no resource, or nothing changed. */
bool res_short(struct core *c, struct node_record *n, const char *reason,
	       const struct needs *needs);
/* Takes (sign 1) or gives back (sign -1) what a member needs. */
void res_use(struct core *c, struct node_record *n, const struct needs *needs, int sign);
bool res_fits(const struct core *c, const struct node_record *n, const struct needs *needs);
/* Whether the node could hold such a member if it had no member at all. */
bool res_fits_empty(const struct core *c, const struct node_record *n, const struct needs *needs);
/* The same if the node had no pods of others either. */
bool res_fits_whole(const struct core *c, const struct node_record *n, const struct needs *needs);
/* How many such members the node has room for, at most so many: beside the members that it has; if
 * it had no member at all. */
uint32_t res_room(const struct core *c, const struct node_record *n, const struct needs *needs,
		  uint32_t most);
uint32_t res_room_empty(const struct core *c, const struct node_record *n,
			const struct needs *needs, uint32_t most);
/* The same if the node had no pods of others either. */
uint32_t res_room_whole(const struct core *c, const struct node_record *n,
			const struct needs *needs, uint32_t most);
/* Whether the Node's allocatable and the ComputeNode's spec are large enough for such a member,
 * whatever a kubelet has said of a lack. */
bool res_offers(const struct core *c, const struct node_record *n, const struct needs *needs);
/* The position in needs of the first resource that the node lacks; needs->n: it lacks none. */
uint32_t res_lacking(const struct core *c, const struct node_record *n, const struct needs *needs);

/* What a pod needs, one "pods" included. needs_of gives new names a number, needs_asked leaves them
 * UINT32_MAX. */
struct needs needs_of(struct core *c, const struct reslist *l);
struct needs needs_asked(const struct core *c, const struct reslist *l);
struct needs needs_copy(const struct needs *from);
void needs_done(struct needs *n);
