/* SPDX-License-Identifier: Apache-2.0 */
/* Placement requests: a selection, and what one member needs. Jobs with the same request share one
 * record, which is found by its serial form. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Each get counts a reference, which request_put gives back. */
struct request *request_get(struct core *c, const struct job_spec *spec);
/* The request that differs from r only in what a member needs, and in what admission adds to its
 * pod (added of struct job_spec). */
struct request *request_with(struct core *c, const struct request *r, const struct reslist *need,
			     const char *added, uint32_t added_bytes);
void request_put(struct core *c, struct request *r); /* NULL is allowed */
/* The name of the i-th resource of the needs; i < needs.n. */
const char *request_resource(const struct request *r, uint32_t i);
/* The first extended resource of the needs with lacks[i] that no Node lists in its allocatable;
 * NULL: none. kube-scheduler may make a claim of devices for such a resource
 * (DRAExtendedResource). */
const char *request_nowhere(const struct core *c, const struct request *r, const uint32_t *lacks);
/* Numbers resources that have got a number since the request was last looked at. To be called
 * before the needs are read. */
void request_resolve(struct core *c, struct request *r);
