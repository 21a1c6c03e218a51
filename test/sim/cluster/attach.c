/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/cluster/attach.h"

#include <string.h>

#include "base/mem.h"
#include "test/sim/world/copy.h"
#include "test/sim/world/needed.h"

/* How often a kubelet writes the status of its Node. */
enum { STATUS_MS = 10000 };

static const char *claim_of(struct arena *a, const struct version *pod, const char *name)
{
	return arena_printf(a, "%s/%s", pod->meta.ns, name);
}

/* "DRIVER^HANDLE" of the pod's i-th claim; NULL: its volume is not attached to nodes. */
static const char *device_of(const struct cluster *cl, struct arena *a, const struct version *pod,
			     const char *name)
{
	const struct store *s = &cl->world.server.store;
	const struct needed *volume = needed_volume(s, claim_of(a, pod, name));
	if (!volume || !needed_attached(s, volume))
		return NULL;
	return arena_printf(a, "%s^%s", volume->driver, volume->handle);
}

static bool uses(const struct cluster *cl, struct arena *a, const struct version *pod,
		 const char *device)
{
	struct template_facts t = template_parse(a, str_or_empty(pod->command));
	for (uint32_t i = 0; i < t.nclaims; i++) {
		if (str_eq(device_of(cl, a, pod, t.claims[i]), device))
			return true;
	}
	return false;
}

static bool used_on(const struct cluster *cl, const char *device, const char *node)
{
	AUTO(arena_done) struct arena a = ARENA_INIT(1 << 20);
	const struct shelf *sh = &cl->world.server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		if (str_eq(sh->v[i]->pod.node, node) && !pod_ended(sh->v[i]) &&
		    uses(cl, &a, sh->v[i], device))
			return true;
	}
	return false;
}

static bool listed(const struct strs *l, const char *device)
{
	for (uint32_t i = 0; i < l->n; i++) {
		if (str_eq(l->v[i], device))
			return true;
	}
	return false;
}

/* What a kubelet that does not answer said last is not waited for (after 6 minutes, really). */
static bool detachable(struct cluster *cl, const struct attached *at)
{
	const struct version *node = store_find(&cl->world.server.store, API_NODE, NULL, at->node);
	const struct machine *m = cluster_machine(cl, at->node);
	return !used_on(cl, at->device, at->node) &&
	       (!node || machine_absent(m) || !listed(&node->node.in_use, at->device));
}

static struct attached *find(struct cluster *cl, const char *device)
{
	for (uint32_t i = 0; i < cl->nattached; i++) {
		if (str_eq(cl->attached[i].device, device))
			return &cl->attached[i];
	}
	must(cl->nattached < ARRAY_LEN(cl->attached));
	struct attached *at = &cl->attached[cl->nattached++];
	*at = (struct attached){copy_str(&cl->world.scratch, device), ""};
	return at;
}

/* What pods of the node use that have not ended. */
static struct strs in_use(const struct cluster *cl, struct arena *a, const char *node)
{
	enum { MOST = 16 };
	const struct shelf *sh = &cl->world.server.store.shelf[API_POD];
	const char **v = arena_alloc(a, MOST * sizeof *v);
	struct strs ret = {v, 0};
	for (uint32_t i = 0; i < sh->n; i++) {
		if (!str_eq(sh->v[i]->pod.node, node) || pod_ended(sh->v[i]))
			continue;
		struct template_facts t = template_parse(a, str_or_empty(sh->v[i]->command));
		for (uint32_t k = 0; k < t.nclaims && ret.n < MOST; k++) {
			const char *device = device_of(cl, a, sh->v[i], t.claims[k]);
			if (device && !listed(&ret, device))
				v[ret.n++] = device;
		}
	}
	return ret;
}

bool attach_in_use(const struct cluster *cl, const char *node)
{
	AUTO(arena_done) struct arena a = ARENA_INIT(1 << 20);
	return in_use(cl, &a, node).n;
}

/* How many volumes of that driver the node can attach, as its CSINode says, beside those that it
 * has without this one; UINT32_MAX: there is no limit. */
static uint32_t room(const struct cluster *cl, struct arena *a, const struct version *pod,
		     const char *device)
{
	const struct version *csi =
		store_find(&cl->world.server.store, API_CSI_NODE, NULL, pod->pod.node);
	struct strs there = in_use(cl, a, pod->pod.node);
	size_t len = strcspn(device, "^");
	uint32_t n = 0;
	for (uint32_t i = 0; i < there.n; i++)
		n += !strncmp(there.v[i], device, len + 1) && !str_eq(there.v[i], device);
	for (uint32_t i = 0; csi && i < csi->needed.nlimits; i++) {
		const struct volume_limit *l = &csi->needed.limits[i];
		if (strlen(l->driver) == len && !strncmp(l->driver, device, len))
			return n < l->most ? l->most - n : 0;
	}
	return UINT32_MAX;
}

/* True: the node can attach no more. */
static bool full(struct cluster *cl, struct arena *a, const struct version *pod, const char *device)
{
	uint32_t left = room(cl, a, pod, device);
	if (left == 1)
		server_count(&cl->world.server, FACT_LAST_VOLUME);
	if (!left)
		world_note(&cl->world, "node can attach no more", KS("pod", pod->meta.name),
			   KS("volume", device));
	return !left;
}

/* False: another node has it. */
static bool attach(struct cluster *cl, const char *device, const char *node)
{
	struct attached *at = find(cl, device);
	if (*at->node && !str_eq(at->node, node) && !detachable(cl, at))
		return false;
	at->node = cluster_machine(cl, node)->name;
	return true;
}

bool attach_waits(struct cluster *cl, const struct version *pod, const struct template_facts *t)
{
	AUTO(arena_done) struct arena a = ARENA_INIT(1 << 20);
	for (uint32_t i = 0; i < t->nclaims; i++) {
		const char *claim = claim_of(&a, pod, t->claims[i]);
		const char *device = device_of(cl, &a, pod, t->claims[i]);
		if (device && full(cl, &a, pod, device))
			return true;
		if (!device || !needed_alone(&cl->world.server.store, claim))
			continue;
		if (!attach(cl, device, pod->pod.node)) {
			server_count(&cl->world.server, FACT_MULTI_ATTACH);
			world_note(&cl->world, "volume attached elsewhere",
				   KS("pod", pod->meta.name), KS("volume", device));
			return true;
		}
	}
	return false;
}

/* ---- the word of the kubelet ---- */

static bool same(const struct strs *a, const struct strs *b)
{
	for (uint32_t i = 0; i < a->n; i++) {
		if (!listed(b, a->v[i]))
			return false;
	}
	return a->n == b->n;
}

static void on_status(void *self, uint64_t i)
{
	struct cluster *cl = self;
	struct machine *m = &cl->machine[i];
	const struct version *old = store_find(&cl->world.server.store, API_NODE, NULL, m->name);
	if (m->gone)
		return;
	if (!old || machine_absent(m)) {
		clock_at(&cl->world.clock, cl->world.clock.now_ms + STATUS_MS, on_status, cl, i);
		return;
	}
	struct version *v = version_clone(old);
	v->node.in_use = in_use(cl, &v->arena, m->name);
	if (same(&v->node.in_use, &old->node.in_use))
		version_unref(v);
	else
		server_put(&cl->world.server, v);
}

void attach_change(struct cluster *cl, const struct change *ch)
{
	const struct version *pod = ch->now;
	if (pod->kind != API_POD || !strstr(str_or_empty(pod->command), "claim="))
		return;
	struct machine *m = cluster_machine(cl, pod->pod.node);
	if (!m)
		return;
	if (!ch->prev && pod->whole) { /* a pod of others that has run for long */
		AUTO(arena_done) struct arena a = ARENA_INIT(1 << 20);
		struct template_facts t = template_parse(&a, pod->command);
		(void)attach_waits(cl, pod, &t);
	}
	clock_at(&cl->world.clock, cl->world.clock.now_ms + draw(&cl->world.rng, 100, STATUS_MS),
		 on_status, cl, (uint64_t)(m - cl->machine));
}
