/* SPDX-License-Identifier: Apache-2.0 */
/* A copy is three blocks, however many strings and resources the member has. */
#include "agent/core/member_copy.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "model/quantity.h"

enum { MESSAGE_BYTES_MAX = 512, RESOURCES_MAX = 32 };

char *strings_copy(const char **const *v, size_t n)
{
	size_t bytes = 0;
	for (size_t i = 0; i < n; i++)
		bytes += strlen(str_or_empty(*v[i])) + 1;
	char *text = mem_alloc(bytes), *at = text;
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(str_or_empty(*v[i])) + 1;
		memcpy(at, str_or_empty(*v[i]), len);
		*v[i] = at;
		at += len;
	}
	return text;
}

struct member_copy *member_copy_new(const struct member *m)
{
	struct member_copy *c = mem_zalloc(1, sizeof *c);
	const char *message = str_or_empty(m->message);
	AUTO(mem_freep) char *cut = mem_strndup(message, utf8_cut(message, MESSAGE_BYTES_MAX));
	c->m = *m;
	c->m.message = cut;
	const char **const strs[] = {
		&c->m.ns,   &c->m.job_name, &c->m.job_uid, &c->m.pod,           &c->m.pod_uid,
		&c->m.node, &c->m.reason,   &c->m.message, &c->m.template_hash, &c->m.proof};
	c->text = strings_copy(strs, ARRAY_LEN(strs));
	if (c->m.requests.n > RESOURCES_MAX)
		c->m.requests.n = RESOURCES_MAX;
	c->res = reslist_copy(&c->m.requests);
	c->m.requests.v = c->res;
	c->m.ports = host_ports_copy(&m->ports);
	return c;
}

struct member_copy *member_copy_free(struct member_copy *c)
{
	if (!c)
		return NULL;
	free(c->text);
	free(c->res);
	free(c->m.ports.v);
	free(c);
	return NULL;
}

bool member_copy_same(const struct member_copy *c, const struct member *m)
{
	const struct member *o = &c->m;
	size_t cut = utf8_cut(str_or_empty(m->message), MESSAGE_BYTES_MAX);
	return o->phase == m->phase && o->ready == m->ready && o->deleting == m->deleting &&
	       o->exit_code == m->exit_code && o->index == m->index && o->attempt == m->attempt &&
	       o->started_ms == m->started_ms && o->ended_ms == m->ended_ms &&
	       str_eq(o->pod_uid, m->pod_uid) && str_eq(o->job_uid, m->job_uid) &&
	       str_eq(o->job_name, m->job_name) && str_eq(o->template_hash, m->template_hash) &&
	       str_eq(o->node, m->node) && str_eq(o->reason, m->reason) &&
	       str_eq(o->proof, m->proof) && strlen(o->message) == cut &&
	       !memcmp(o->message, str_or_empty(m->message), cut) &&
	       reslist_eq(&o->requests, &m->requests) && host_ports_same(&o->ports, &m->ports);
}
