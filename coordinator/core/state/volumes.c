/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/volumes.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/hash.h"
#include "coordinator/core/state/attempt_record.h"
#include "coordinator/core/state/room.h"

enum { HASH_BITS = 48 };

static uint64_t driver_of(const char *driver, size_t len)
{
	return hash_bytes(19, driver, len);
}

static uint64_t key_of(const char *driver, size_t len, const char *handle)
{
	uint64_t h = driver_of(driver, len);
	return h << HASH_BITS | hash_str(h, handle) >> (64 - HASH_BITS);
}

static int by_key(const void *pa, const void *pb)
{
	const uint64_t *a = pa, *b = pb;
	return (*a > *b) - (*a < *b);
}

static void sort(struct volume_keys *k)
{
	uint32_t n = 0;
	if (k->n)
		qsort(k->v, k->n, sizeof *k->v, by_key);
	for (uint32_t i = 0; i < k->n; i++) {
		if (!n || k->v[n - 1] != k->v[i])
			k->v[n++] = k->v[i];
	}
	k->n = n;
}

static bool has(const struct volume_keys *k, uint64_t key)
{
	return k->n && bsearch(&key, k->v, k->n, sizeof *k->v, by_key);
}

/* A member that stands before end on the node has the volume; end NULL: any member. */
static bool members_have(const struct node_record *n, const struct attempt *end, uint64_t key)
{
	for (const struct attempt *a = n->attempts; a != end; a = a->node_next) {
		if (a->takes_room && has(&a->volumes, key))
			return true;
	}
	return false;
}

static void set_bit(struct bitset *b, uint32_t i, bool on)
{
	if (on)
		bitset_set(b, i);
	else
		bitset_clear(b, i);
}

/* True: the volume was in use on the node, and is not any more. */
static bool refresh(const struct node_record *n, struct volume_use *u)
{
	bool was = bitset_has(&u->kubelets, n->idx) || bitset_has(&u->members, n->idx);
	bool kubelet = has(&n->volumes, u->key), members = members_have(n, NULL, u->key);
	set_bit(&u->kubelets, n->idx, kubelet);
	set_bit(&u->members, n->idx, members);
	return was && !kubelet && !members;
}

static bool refresh_all(struct core *c, const struct node_record *n, const struct volume_keys *k)
{
	bool freed = false;
	for (uint32_t i = 0; c->volumes.all && i < k->n; i++) {
		struct volume_use *u;
		HASH_FIND(hh, c->volumes.all, &k->v[i], sizeof k->v[i], u);
		freed |= u && refresh(n, u);
	}
	return freed;
}

/* ---- volumes ---- */

struct volume_use *volume_use_get(struct core *c, const char *driver, const char *handle)
{
	struct volume_use *u;
	uint64_t key = key_of(driver, strlen(driver), handle);
	HASH_FIND(hh, c->volumes.all, &key, sizeof key, u);
	if (!u) {
		u = mem_zalloc(1, sizeof *u);
		u->key = key;
		HASH_ADD(hh, c->volumes.all, key, sizeof u->key, u);
		for (uint32_t i = 0; i < c->nodes.n; i++) {
			if (c->nodes.at[i])
				(void)refresh(c->nodes.at[i], u);
		}
	}
	u->refs++;
	return u;
}

void volume_use_put(struct core *c, struct volume_use *u)
{
	if (!u || --u->refs)
		return;
	HASH_DEL(c->volumes.all, u);
	bitset_done(&u->kubelets);
	bitset_done(&u->members);
	free(u);
}

/* ---- nodes ---- */

static struct volume_keys keys_of(const struct strs *in_use)
{
	struct volume_keys k = {NULL, 0};
	if (in_use->n)
		k.v = mem_zalloc(in_use->n, sizeof *k.v);
	for (uint32_t i = 0; i < in_use->n; i++) {
		const char *s = in_use->v[i];
		size_t len = strcspn(s, "^");
		if (s[len])
			k.v[k.n++] = key_of(s, len, s + len + 1);
	}
	sort(&k);
	return k;
}

static bool same(const struct volume_keys *a, const struct volume_keys *b)
{
	return a->n == b->n && (!a->n || !memcmp(a->v, b->v, a->n * sizeof *a->v));
}

static bool any_left(const struct volume_keys *old, const struct volume_keys *now)
{
	for (uint32_t i = 0; i < old->n; i++) {
		if (!has(now, old->v[i]))
			return true;
	}
	return false;
}

void volumes_kubelet_set(struct core *c, struct node_record *n, const struct strs *in_use)
{
	struct volume_keys old = n->volumes, now = keys_of(in_use);
	if (same(&old, &now)) {
		free(now.v);
		return;
	}
	n->volumes = now;
	(void)refresh_all(c, n, &old);
	(void)refresh_all(c, n, &n->volumes);
	/* Also for volumes that others have now: the node can attach one more. */
	if (c->volumes.all && any_left(&old, &n->volumes))
		room_grown(c, n, true);
	free(old.v);
}

void volumes_forget(struct core *c, struct node_record *n)
{
	static const struct strs none;
	volumes_kubelet_set(c, n, &none);
}

void volumes_members_changed(struct core *c, const struct node_record *n,
			     const struct volume_keys *k)
{
	if (refresh_all(c, n, k))
		room_grown(c, n, true);
}

struct volume_keys volumes_of(const struct request *r)
{
	struct volume_keys k = {NULL, 0};
	for (uint32_t i = 0; i < r->nclaims; i++) {
		const struct lookup *volume = r->claims[i]->volume;
		if (!volume || !volume->use)
			continue;
		if (!k.v)
			k.v = mem_zalloc(r->nclaims, sizeof *k.v);
		k.v[k.n++] = volume->use->key;
	}
	sort(&k);
	return k;
}

/* ---- questions ---- */

static bool of_driver(uint64_t key, uint64_t driver)
{
	return key >> HASH_BITS == driver;
}

/* Volumes of the member that its kubelet does not name, and no member before it has. */
static uint32_t count_member(const struct node_record *n, const struct attempt *a, uint64_t driver)
{
	uint32_t ret = 0;
	for (uint32_t i = 0; a->takes_room && i < a->volumes.n; i++)
		ret += of_driver(a->volumes.v[i], driver) && !has(&n->volumes, a->volumes.v[i]) &&
		       !members_have(n, a, a->volumes.v[i]);
	return ret;
}

uint32_t volumes_with(const struct node_record *n, const char *driver,
		      const struct volume_keys *more)
{
	uint64_t d = driver_of(driver, strlen(driver)) << HASH_BITS >> HASH_BITS;
	uint32_t all = 0;
	const struct attempt *a;
	for (uint32_t i = 0; i < n->volumes.n; i++)
		all += of_driver(n->volumes.v[i], d);
	DL_FOREACH2(n->attempts, a, node_next)
	{
		all += count_member(n, a, d);
	}
	for (uint32_t i = 0; i < more->n; i++)
		all += of_driver(more->v[i], d) && !has(&n->volumes, more->v[i]) &&
		       !members_have(n, NULL, more->v[i]);
	return all;
}

static bool alive(const struct node_record *n)
{
	return n->kube.exists &&
	       (n->verdict.loss == NODE_PRESENT || n->verdict.loss == NODE_UNREADY);
}

/* The first node from that one on where it is in use; UINT32_MAX: there is none. */
static uint32_t next(const struct volume_use *u, uint32_t from)
{
	uint32_t kubelet = bitset_next(&u->kubelets, from);
	uint32_t member = bitset_next(&u->members, from);
	return kubelet < member ? kubelet : member;
}

const struct node_record *volume_user(const struct core *c, const struct volume_use *u,
				      const struct node_record *other)
{
	for (uint32_t i = next(u, 0); i != UINT32_MAX; i = next(u, i + 1)) {
		const struct node_record *n = c->nodes.at[i];
		if (n != other && alive(n))
			return n;
	}
	return NULL;
}

void volume_leave_free(const struct core *c, const struct volume_use *u, struct bitset *nodes)
{
	const struct node_record *first = volume_user(c, u, NULL);
	if (!first)
		return;
	bool alone = bitset_has(nodes, first->idx) && !volume_user(c, u, first);
	bitset_zero(nodes);
	if (alone)
		bitset_set(nodes, first->idx);
}
