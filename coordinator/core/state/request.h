/* SPDX-License-Identifier: Apache-2.0 */
/* Placement requests: a selection and what one member needs. Equal ones are one record; its serial
 * form is its identity. */
#pragma once

#include "coordinator/core/state/tables.h"

/* One reference more. */
struct request *request_get(struct core *c, const struct job_spec *spec);
void request_put(struct core *c, struct request *r); /* NULL: nothing happens */
/* The name of the i-th resource that is needed, i < needs.n. */
const char *request_resource(const struct request *r, uint32_t i);
/* Numbers the names that no node had when the request was last looked at, and some node has now. To
 * be called before its needs are read. */
void request_resolve(struct core *c, struct request *r);
