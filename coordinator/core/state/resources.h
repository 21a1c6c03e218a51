/* SPDX-License-Identifier: Apache-2.0 */
/* Resources are numbered as they come, so a node is a few rows of integers in thousandths. What
 * Muster may use of a node is min(ComputeNode's spec, Node's allocatable less foreign pods); "pods"
 * is a resource as any other, of which a member needs one. Only what nodes and their pods have gets
 * a number, at most RES_NAMES_MAX of them: a job may ask for anything. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The number of a name, given if it has none; UINT32_MAX: there are too many names. */
uint32_t res_id(struct core *c, const char *name);
/* The number of a name; UINT32_MAX: it has none. */
uint32_t res_find(const struct core *c, const char *name);
void res_row_set(struct core *c, struct node_record *n, enum res_row row, const struct reslist *l);
/* ROW_FOREIGN: what pods that are not members use, and how many they are. */
void res_foreign_set(struct core *c, struct node_record *n, const struct reslist *l, uint32_t pods);
/* Computes ROW_CAP from the other rows; whether it changed. */
bool res_caps(struct core *c, struct node_record *n);
/* A kubelet refused a member (whose room was given back) for want of what the reason names: there
 * is less of it in truth, until res_caps is asked again. False: the reason does not say so. */
bool res_short(struct core *c, struct node_record *n, const char *reason,
	       const struct needs *needs);
/* Takes (sign 1) or gives back (-1) what a member needs. */
void res_use(struct core *c, struct node_record *n, const struct needs *needs, int sign);
bool res_fits(const struct core *c, const struct node_record *n, const struct needs *needs);
/* Whether the node would hold it without any member of Muster's. */
bool res_fits_empty(const struct core *c, const struct node_record *n, const struct needs *needs);
/* The place in needs of the first resource that the node lacks; needs->n: none. */
uint32_t res_lacking(const struct core *c, const struct node_record *n, const struct needs *needs);

/* What a pod needs, one "pods" included. needs_of gives unknown names a number, needs_asked leaves
 * them UINT32_MAX. */
struct needs needs_of(struct core *c, const struct reslist *l);
struct needs needs_asked(const struct core *c, const struct reslist *l);
struct needs needs_copy(const struct needs *from);
void needs_done(struct needs *n);
