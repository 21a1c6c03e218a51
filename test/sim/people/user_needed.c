/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/people/user_needed.h"

#include "base/mem.h"
#include "test/sim/world/copy.h"

void user_needed(struct world *w, enum needed_kind kind, const char *ns, const char *name,
		 const struct needed *obj)
{
	enum api_kind k = api_kind_needed(kind);
	const struct version *old = store_find(&w->server.store, k, ns, name);
	struct version *v = old ? version_clone(old) : version_new(k);
	struct meta meta = v->meta;
	v->needed = copy_needed(&v->arena, obj);
	v->meta = meta;
	v->meta.ns = copy_str(&v->arena, ns);
	v->meta.name = copy_str(&v->arena, name);
	world_note(w, "user makes what pods need", KS("kind", api_kind_text(k)), KS("name", name));
	server_put(&w->server, v);
}

bool user_remove_needed(struct world *w, enum needed_kind kind, const char *ns, const char *name)
{
	const struct version *v = store_find(&w->server.store, api_kind_needed(kind), ns, name);
	if (!v)
		return false;
	world_note(w, "user removes what pods need", KS("name", name));
	store_remove(&w->server.store, v);
	return true;
}
