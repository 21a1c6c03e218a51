/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/request.h"

#include <stdlib.h>
#include <string.h>

#include "coordinator/core/state/actions.h"
#include "coordinator/core/state/objects.h"
#include "coordinator/core/state/ports.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/selection.h"
#include "coordinator/core/state/tables.h"

enum { KEY_MAX = 1024 * 1024 };

/* What a request asks for beside its selection. */
struct asks {
	const struct reslist *need;
	const struct host_ports *ports;
	const struct strs *claims;
};

static struct request *request_new(struct core *c, struct buf *key, uint32_t skip,
				   const struct asks *asks)
{
	struct request *k = mem_zalloc(1, sizeof *k);
	k->key_bytes = (uint32_t)key->len;
	k->key = buf_steal(key);
	k->skip = skip;
	k->needs = needs_asked(c, asks->need);
	k->ports = host_ports_copy(asks->ports);
	ports_ask(c, k);
	objects_ask(c, k, asks->claims);
	HASH_ADD_KEYPTR(hh, c->requests.all, k->key, k->key_bytes, k);
	return k;
}

const char *request_resource(const struct request *k, uint32_t i)
{
	const char *p = k->key + k->skip;
	for (; p < k->key + k->key_bytes; p += strlen(p) + 1 + sizeof(int64_t)) {
		if (strcmp(p, "pods") != 0 && i-- == 0)
			return p;
	}
	return "pods"; /* the last need of each request */
}

static bool listed(const struct core *c, uint32_t res)
{
	for (uint32_t i = 0; i < c->nodes.n && res != UINT32_MAX; i++) {
		const struct node_record *n = c->nodes.at[i];
		if (n && res_row(c, n, ROW_ALLOC)[res] != RES_ABSENT)
			return true;
	}
	return false;
}

const char *request_nowhere(const struct core *c, const struct request *r, const uint32_t *lacks)
{
	for (uint32_t i = 0; i < r->needs.n; i++) {
		const char *name = request_resource(r, i);
		if (lacks[i] && strchr(name, '/') && !listed(c, r->needs.v[i].res))
			return name;
	}
	return NULL;
}

/* own_m: a counted reference. */
static struct request *find_or_new(struct core *c, struct selection *own_m, const struct asks *asks)
{
	AUTO(buf_done) struct buf b = BUF_INIT(KEY_MAX);
	struct request *k;
	const struct reslist *need = asks->need;
	buf_put(&b, &own_m->id, sizeof own_m->id);
	buf_put(&b, &asks->ports->n, sizeof asks->ports->n);
	buf_put(&b, asks->ports->v, asks->ports->n * sizeof *asks->ports->v);
	buf_put(&b, &asks->claims->n, sizeof asks->claims->n);
	for (uint32_t i = 0; i < asks->claims->n; i++)
		buf_put(&b, asks->claims->v[i], strlen(asks->claims->v[i]) + 1);
	uint32_t skip = (uint32_t)b.len;
	for (uint32_t i = 0; i < need->n; i++) {
		const char *name = str_or_empty(need->v[i].name);
		buf_put(&b, name, strlen(name) + 1);
		buf_put(&b, &need->v[i].milli, sizeof need->v[i].milli);
	}
	must(buf_rc(&b) == RC_OK);
	HASH_FIND(hh, c->requests.all, b.data, b.len, k);
	if (k)
		selection_put(c, own_m); /* the request holds a reference already */
	else
		(k = request_new(c, &b, skip, asks))->set = own_m;
	k->refs++;
	return k;
}

struct request *request_get(struct core *c, const struct job_spec *spec)
{
	const struct asks asks = {&spec->requests, &spec->ports, &spec->claims};
	return find_or_new(c, selection_get(c, spec), &asks);
}

struct request *request_with(struct core *c, const struct request *r, const struct reslist *need,
			     const char *added, uint32_t added_bytes)
{
	const char *names[CLAIMS_MAX];
	const struct strs claims = {names, r->nclaims};
	const struct asks asks = {need, &r->ports, &claims};
	for (uint32_t i = 0; i < r->nclaims; i++) {
		names[i] = arena_printf(action_memory(c), "%s/%s", r->claims[i]->ns,
					r->claims[i]->name);
		must(names[i]);
	}
	return find_or_new(c, selection_with(c, r->set, added, added_bytes), &asks);
}

void request_put(struct core *c, struct request *k)
{
	if (!k || --k->refs)
		return;
	HASH_DEL(c->requests.all, k);
	selection_put(c, k->set);
	ports_unask(c, k);
	objects_unask(c, k);
	free(k->key);
	free(k->ports.v);
	needs_done(&k->needs);
	free(k);
}

void request_resolve(struct core *c, struct request *r)
{
	if (r->res_seen == c->res.version)
		return;
	r->res_seen = c->res.version;
	for (uint32_t i = 0; i < r->needs.n; i++) {
		if (r->needs.v[i].res == UINT32_MAX)
			r->needs.v[i].res = res_find(c, request_resource(r, i));
	}
}
