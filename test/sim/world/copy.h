/* SPDX-License-Identifier: Apache-2.0 */
/* Deep copies of typed objects, requests and messages into an arena that never fills. */
#pragma once

#include "base/arena.h"
#include "model/message.h"
#include "sync/api.h"

enum { SIM_ARENA_MAX = 256 << 20 };

char *copy_str(struct arena *a, const char *s); /* NULL stays NULL */
struct kvs copy_kvs(struct arena *a, const struct kvs *l);
struct reslist copy_reslist(struct arena *a, const struct reslist *l);
struct sel_terms copy_where(struct arena *a, const struct sel_terms *t);
struct needed copy_needed(struct arena *a, const struct needed *n);
struct host_ports copy_ports(struct arena *a, const struct host_ports *p);
struct strs copy_strs(struct arena *a, const struct strs *l);
struct meta copy_meta(struct arena *a, const struct meta *m);
struct job_spec copy_job_spec(struct arena *a, const struct job_spec *s);
struct job_status copy_job_status(struct arena *a, const struct job_status *s);
struct compute_node_status copy_compute_node_status(struct arena *a,
						    const struct compute_node_status *s);
struct node copy_node(struct arena *a, const struct node *n);
struct lease copy_lease(struct arena *a, const struct lease *l);
struct pod_create copy_pod_create(struct arena *a, const struct pod_create *p);
struct api_request copy_request(struct arena *a, const struct api_request *r);
struct msg copy_msg(struct arena *a, const struct msg *m);
