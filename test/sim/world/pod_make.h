/* SPDX-License-Identifier: Apache-2.0 */
/* New pods, not put yet. */
#pragma once

#include "test/sim/world/server.h"

/* Of a member: what shared/kube renders from the template. */
struct version *pod_make(struct server *s, const struct pod_create *p);
/* Of somebody else: it runs, for good. */
struct version *pod_make_foreign(const char *ns, const char *name, const char *node,
				 int64_t cpu_milli, int64_t now_ms);
/* It has a host port. */
void pod_take_port(struct version *v, uint16_t port);
/* One that waits for the node: kube-scheduler makes room for it. */
struct version *pod_make_nominated(const char *ns, const char *name, const char *node,
				   int64_t cpu_milli);
/* kube-scheduler makes room for it on this node from now on. v: a clone, or not put yet. */
void pod_nominate(struct version *v, const char *node);
/* It is bound to the node that it waited for, and runs. v: a clone. */
void pod_bind(struct version *v, int64_t now_ms);
/* It requests 1 each of n resources of that vendor, too, which come before "cpu": the API server
 * sorts keys. */
void pod_ask_for(struct version *v, const char *vendor, uint32_t n);
