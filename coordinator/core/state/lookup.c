/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/lookup.h"

#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "base/hash.h"
#include "coordinator/core/state/actions.h"
#include "coordinator/core/state/capacity.h"
#include "coordinator/core/state/labels.h"
#include "coordinator/core/state/limits.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/pool.h"
#include "coordinator/core/state/terms.h"
#include "coordinator/core/state/volumes.h"

enum {
	FRESH_MS = 60000, /* the pause before the next question about what is complete */
	LIMITS_FRESH_MS = 300000,
	JOINING_MS =
		180000, /* so long a new node's drivers may take to say what they can attach … */
	JOINING_EACH_MS = 30000, /* … and the pause before the next question meanwhile */
	POOL_FRESH_MS = 30000,   /* a list of volumes: what is free changes */
	SOON_MS = 1000,          /* the pause while a volume is being made or bound */
	CHOSEN_MS = 30000,       /* how long a volume may take to be bound */
	READ_MS = 300000,        /* how long what was read counts when it cannot be read again */
	AGAIN_MS = 5000,    /* the pause before the next question about what is not complete … */
	AGAIN_EACH_MS = 50, /* … and so much more for each record, so that 20 a second are asked */
	WARN_MS = 60000,
	FULL_MS = 100, /* the pause while too many questions are under way */
	ASKING_MAX = 16,
	WHERE_MAX = 1024 * 1024,
	KEY_MAX = 1024
};

static void put_key(struct buf *b, enum needed_kind kind, const char *ns, const char *name)
{
	buf_printf(b, "%d/%s/%s", (int)kind, str_or_empty(ns), str_or_empty(name));
}

struct lookup *lookup_find(const struct core *c, enum needed_kind kind, const char *ns,
			   const char *name)
{
	AUTO(buf_done) struct buf key = BUF_INIT(KEY_MAX);
	struct lookup *l;
	put_key(&key, kind, ns, name);
	HASH_FIND_STR(c->lookups.all, buf_str(&key), l);
	return l;
}

struct lookup *lookup_get(struct core *c, enum needed_kind kind, const char *ns, const char *name)
{
	AUTO(buf_done) struct buf key = BUF_INIT(KEY_MAX);
	struct lookup *l = lookup_find(c, kind, ns, name);
	if (!l) {
		l = mem_zalloc(1, sizeof *l);
		put_key(&key, kind, ns, name);
		l->key = buf_steal(&key);
		l->kind = kind;
		l->ns = mem_strdup(ns);
		l->name = mem_strdup(name);
		char **const texts[] = {&l->failure,    &l->uid,    &l->rv,
					&l->selected,   &l->chosen, &l->choice_failure,
					&l->provisioner};
		for (size_t i = 0; i < ARRAY_LEN(texts); i++)
			*texts[i] = mem_strdup("");
		l->timer.kind = TIMER_LOOKUP;
		HASH_ADD_KEYPTR(hh, c->lookups.all, l->key, strlen(l->key), l);
		if (kind == NEEDED_CSI_NODES)
			DL_APPEND2(c->lookups.limited, l, limited_prev, limited_next);
	}
	l->refs++;
	return l;
}

void lookup_put(struct core *c, struct lookup *l)
{
	if (!l || --l->refs)
		return;
	HASH_DEL(c->lookups.all, l);
	if (l->kind == NEEDED_CSI_NODES)
		DL_DELETE2(c->lookups.limited, l, limited_prev, limited_next);
	heap_remove(&c->timers, &l->timer);
	c->lookups.nasking -= l->asking;
	lookup_put(c, l->volume);
	lookup_put(c, l->storage_class);
	lookup_put(c, l->free);
	lookup_put(c, l->driver);
	lookup_put(c, l->limits_of_driver);
	lookup_put(c, l->capacities);
	volume_use_put(c, l->use);
	pool_done(l);
	limits_done(l);
	capacity_done(l);
	bitset_done(&l->avoided);
	char *const own[] = {l->key,  l->ns,       l->name,   l->failure,        l->uid,
			     l->rv,   l->selected, l->chosen, l->choice_failure, l->provisioner,
			     l->where};
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		free(own[i]);
	free(l);
}

/* ---- questions ---- */

/* A claim is complete when it is bound: nothing of it changes any more that placement asks of it. A
 * driver needs no CSIDriver. */
static bool complete(const struct lookup *l)
{
	return (l->exists || l->kind == NEEDED_CSI_DRIVER) && !*l->failure &&
	       (l->kind != NEEDED_CLAIM || (l->bound && !l->lost && !l->deleting));
}

static void ask(struct core *c, struct lookup *l)
{
	if (c->lookups.nasking >= ASKING_MAX) {
		heap_set(&c->timers, &l->timer, c->now_ms + FULL_MS);
		return;
	}
	struct core_action *a = action_new(c, ACT_LOOKUP);
	a->lookup.kind = l->kind;
	a->lookup.ns = action_str(c, l->ns);
	a->lookup.name = action_str(c, l->name);
	heap_remove(&c->timers, &l->timer);
	l->asking = true;
	l->asked_ms = c->now_ms;
	c->lookups.nasking++;
}

void lookup_ask(struct core *c, struct lookup *l)
{
	if (!l->asking && !l->answered)
		ask(c, l);
}

void lookup_due(struct core *c, struct lookup *l)
{
	must(!l->asking); /* a question takes the timer */
	ask(c, l);
}

void lookups_node_came(struct core *c)
{
	struct lookup *l;
	c->lookups.node_came_ms = c->now_ms;
	DL_FOREACH2(c->lookups.limited, l, limited_next)
	{
		if (!l->asking && l->timer.due_ms > c->now_ms + SOON_MS)
			heap_set(&c->timers, &l->timer, c->now_ms + SOON_MS);
	}
}

/* ---- answers ---- */

static void put_where(struct buf *b, const struct needed *obj)
{
	for (size_t i = 0; i < ARRAY_LEN(obj->where); i++)
		terms_put(b, obj->where[i].v, obj->where[i].n);
	tolerations_put(b, obj->tolerations, obj->ntolerations);
}

static struct lookup *names(struct core *c, enum needed_kind kind, const char *name)
{
	return *str_or_empty(name) ? lookup_get(c, kind, NULL, name) : NULL;
}

/* The name, if a CSI driver can have it. Provisioners that are none have a slash in theirs. */
static const char *driver_name(const char *name)
{
	return strchr(str_or_empty(name), '/') ? "" : name;
}

/* Whether one node at a time may have the volume, if its driver attaches volumes. */
static bool alone(const struct lookup *l, const struct needed *obj)
{
	return l->use && obj->modes && !(obj->modes & MODES_SHARED);
}

/* Who makes volumes of the class for their first consumers; "": it is none of these classes. */
static const char *maker(const struct lookup *l, const struct needed *obj)
{
	bool makes = l->kind == NEEDED_STORAGE_CLASS && obj->waits && !l->no_provisioner;
	return makes ? obj->provisioner : "";
}

/* The driver that attaches the volume, or those that are made for the class; "": none. */
static const char *limited(const struct lookup *l, const struct needed *obj)
{
	return l->use ? obj->driver : maker(l, obj);
}

/* A class whose driver tells of room has a list of that. True: it did not have that before, or does
 * not any more. */
static bool follow_room(struct core *c, struct lookup *class)
{
	const struct lookup *driver = class->driver;
	bool tells = driver && driver->exists && driver->tells_room;
	if (tells == (class->capacities != NULL))
		return false;
	struct lookup *was = class->capacities;
	class->capacities = tells ? lookup_get(c, NEEDED_CAPACITY, NULL, class->name) : NULL;
	if (tells)
		lookup_ask(c, class->capacities);
	lookup_put(c, was);
	return true;
}

/* What a driver says is read after what names it. */
static void follow_room_of(struct core *c, const struct lookup *driver)
{
	struct lookup *l = c->lookups.all;
	while (l) {
		bool other =
			l->kind == NEEDED_STORAGE_CLASS && l->driver == driver && follow_room(c, l);
		l = other ? c->lookups.all : l->hh.next; /* records may have come and gone */
	}
}

/* What a claim names is read at once, so that the next look at its job finds all of it. */
static void follow(struct core *c, struct lookup *l, const struct needed *obj)
{
	struct lookup *volume = names(c, NEEDED_VOLUME, obj->bound ? obj->volume : "");
	bool classless = l->kind != NEEDED_CLAIM || obj->bound;
	struct lookup *class = names(c, NEEDED_STORAGE_CLASS, classless ? "" : obj->storage_class);
	struct lookup *free = names(c, NEEDED_POOL, obj->waits ? l->name : "");
	struct lookup *limits = names(c, NEEDED_CSI_NODES, driver_name(limited(l, obj)));
	struct lookup *driver = names(c, NEEDED_CSI_DRIVER,
				      driver_name(alone(l, obj) ? obj->driver : maker(l, obj)));
	lookup_put(c, l->volume);
	lookup_put(c, l->storage_class);
	lookup_put(c, l->free);
	lookup_put(c, l->driver);
	l->volume = volume;
	l->storage_class = class;
	l->free = free;
	l->driver = driver;
	lookup_put(c, l->limits_of_driver);
	l->limits_of_driver = limits;
	(void)follow_room(c, l);
	struct lookup *const all[] = {volume, class, free, driver, limits};
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		if (all[i])
			lookup_ask(c, all[i]);
	}
}

static void avoid(struct lookup *l, const struct node_record *n)
{
	if (!n)
		return;
	bitset_set(&l->avoided, n->idx);
	l->avoided_last = n->idx;
}

/* A volume that was given to the claim and is not bound in time counts as not given, but not before
 * a list of the volumes that began later has shown whose it is. */
static bool chosen_over(const struct core *c, const struct lookup *l)
{
	const struct lookup *pool = l->storage_class ? l->storage_class->free : NULL;
	return c->now_ms - l->chosen_ms >= CHOSEN_MS &&
	       (!pool || pool->answered_ms - l->chosen_ms >= CHOSEN_MS);
}

/* A provisioner that cannot make the volume there takes the node away again: then another is
 * chosen. */
static void note_selected(struct core *c, struct lookup *l, const struct needed *obj)
{
	const char *node = str_or_empty(obj->selected_node);
	bool missing = *l->selected && !*node && !obj->bound;
	if (missing && !l->selected_seen && c->now_ms < l->choose_after_ms)
		return; /* the read may have come before the write */
	if (missing && l->selected_seen) {
		avoid(l, node_find(c, l->selected));
		log_info(c->log, "choice of a node came to nothing", KS("ns", l->ns),
			 KS("claim", l->name), KS("node", l->selected));
	}
	mem_strset(&l->selected, node);
	l->selected_seen = *node;
	if (obj->bound || chosen_over(c, l))
		mem_strset(&l->chosen, "");
	if (obj->bound)
		bitset_zero(&l->avoided);
}

static uint64_t print_of(const struct lookup *l)
{
	uint64_t h = hash_u64(hash_str(1, l->failure), l->where_print);
	h = hash_u64(h, (uint64_t)l->exists | (uint64_t)l->deleting << 1 | (uint64_t)l->bound << 2 |
				(uint64_t)l->lost << 3 | (uint64_t)l->waits << 4 |
				(uint64_t)l->attachless << 5 | (uint64_t)l->tells_room << 6 |
				(uint64_t)l->modes << 8);
	h = hash_str(h, l->selected);
	h = hash_str(h, l->volume ? l->volume->name : "");
	h = hash_u64(h, l->use ? l->use->key : 0);
	return hash_str(h, l->storage_class ? l->storage_class->name : "");
}

/* A driver says what it can attach to a node some time after that has come. */
static int64_t limits_fresh_ms(const struct core *c, const struct lookup *l)
{
	if (c->lookups.node_came_ms > l->asked_ms)
		return SOON_MS;
	return c->now_ms < c->lookups.node_came_ms + JOINING_MS ? JOINING_EACH_MS : LIMITS_FRESH_MS;
}

static int64_t pause_ms(const struct core *c, const struct lookup *l, bool failed)
{
	int64_t each = AGAIN_EACH_MS * (int64_t)HASH_COUNT(c->lookups.all);
	int64_t fresh = l->kind == NEEDED_POOL        ? POOL_FRESH_MS
			: l->kind == NEEDED_CSI_NODES ? limits_fresh_ms(c, l)
						      : FRESH_MS;
	if (complete(l) && !failed)
		return fresh + each;
	return (*l->selected || *l->chosen ? SOON_MS : AGAIN_MS) + each;
}

/* All nodes came to nothing, so they are tried once more: the last of them last. */
static void start_over(struct core *c, struct lookup *l, const char *node)
{
	const struct node_record *n = node_find(c, node);
	if (!n || !bitset_has(&l->avoided, n->idx))
		return;
	bitset_zero(&l->avoided);
	if (l->avoided_last != n->idx)
		bitset_set(&l->avoided, l->avoided_last);
}

void lookup_chosen(struct core *c, struct lookup *l, const char *node, const char *volume)
{
	start_over(c, l, node);
	l->chosen_ms = c->now_ms;
	mem_strset(&l->chosen, volume);
	mem_strset(&l->selected, volume ? "" : node);
	l->selected_seen = false;
	mem_strset(&l->choice_failure, "");
	l->choose_after_ms = c->now_ms + AGAIN_MS;
	if (!l->asking) /* the answer sets the time of the next question */
		heap_set(&c->timers, &l->timer, c->now_ms + SOON_MS);
}

void lookup_unchosen(struct core *c, struct lookup *l, const char *words, int64_t pause)
{
	mem_strset(&l->chosen, "");
	if (!l->selected_seen)
		mem_strset(&l->selected, "");
	mem_strset(&l->choice_failure, words);
	l->choose_after_ms = c->now_ms + pause;
}

static void take_use(struct core *c, struct lookup *l, const struct needed *obj)
{
	bool csi = l->kind == NEEDED_VOLUME && *str_or_empty(obj->driver) &&
		   *str_or_empty(obj->handle);
	struct volume_use *use = csi ? volume_use_get(c, obj->driver, obj->handle) : NULL;
	volume_use_put(c, l->use);
	l->use = use;
}

/* The nodes that the object allows, in serial form. */
static void take_where(struct lookup *l, const struct needed *obj)
{
	static const struct needed anywhere;
	AUTO(buf_done) struct buf where = BUF_INIT(WHERE_MAX);
	put_where(&where, obj);
	if (buf_rc(&where) != RC_OK) { /* more places than anybody means */
		buf_reset(&where);
		put_where(&where, &anywhere);
		mem_strset(&l->failure, "it names more places than Muster reads");
	}
	l->where_print = hash_bytes(1, where.data, where.len);
	free(l->where);
	l->where = buf_steal(&where);
}

static void take(struct core *c, struct lookup *l, const struct needed *obj)
{
	l->deleting = obj->meta.deleted_ms != 0;
	l->bound = obj->bound;
	l->lost = obj->lost;
	l->waits = obj->waits;
	l->modes = obj->modes;
	l->bytes = obj->bytes;
	l->block = obj->block;
	l->selects = obj->selects;
	l->attachless = obj->attachless;
	l->tells_room = obj->tells_room;
	l->no_provisioner = obj->waits && str_eq(obj->provisioner, NO_PROVISIONER);
	mem_strset(&l->uid, obj->meta.uid);
	mem_strset(&l->rv, obj->meta.rv);
	mem_strset(&l->provisioner, obj->provisioner);
	note_selected(c, l, obj);
	take_use(c, l, obj);
	follow(c, l, obj);
	take_where(l, obj);
}

/* An API server that fails for a moment stops no job. */
static bool counts_on(const struct core *c, const struct lookup *l)
{
	return l->read && !*l->failure && c->now_ms - l->read_ms < READ_MS;
}

bool lookup_answer(struct core *c, struct lookup *l, const struct needed *obj, const char *failure)
{
	static const struct needed nothing;
	bool first = !l->answered, failed = *failure;
	uint64_t was = l->print;
	c->lookups.nasking -= l->asking;
	l->asking = false;
	l->answered = true;
	l->answered_ms = c->now_ms;
	if (!failed || !counts_on(c, l))
		mem_strset(&l->failure, failure);
	if (!failed) { /* else what was known stays */
		l->read = true;
		l->read_ms = c->now_ms;
		l->told_ms = l->asked_ms;
		l->exists = obj;
		take(c, l, obj ? obj : &nothing);
	}
	l->print = print_of(l);
	if (l->kind == NEEDED_CSI_DRIVER)
		follow_room_of(c, l);
	if (l->kind == NEEDED_RUNTIME_CLASS)
		labels_outdated(c); /* selections hold what it says */
	heap_set(&c->timers, &l->timer, c->now_ms + pause_ms(c, l, failed));
	return first || was != l->print;
}

bool lookup_may_warn(struct core *c)
{
	if (c->now_ms < c->lookups.warn_after_ms)
		return false;
	c->lookups.warn_after_ms = c->now_ms + WARN_MS;
	return true;
}

/* ---- what it says ---- */

void lookup_match(const struct core *c, const struct lookup *l, struct bitset *nodes)
{
	struct reader r = {l->where};
	for (size_t i = 0; r.p && i < 2; i++) {
		AUTO(bitset_done) struct bitset ok = {0};
		terms_match(c, &r, &ok);
		bitset_and(nodes, &ok);
	}
}

uint32_t lookup_tolerations(const struct lookup *l, struct toleration *v, uint32_t max)
{
	struct reader r = {l->where};
	if (!r.p)
		return 0;
	terms_skip(&r);
	terms_skip(&r);
	return tolerations_get(&r, v, max);
}

const char *lookup_kind_text(const struct lookup *l)
{
	static const char *const texts[NEEDED_KIND_N] = {
		[NEEDED_RUNTIME_CLASS] = "RuntimeClass",
		[NEEDED_CLAIM] = "PersistentVolumeClaim",
		[NEEDED_VOLUME] = "PersistentVolume",
		[NEEDED_STORAGE_CLASS] = "StorageClass",
		[NEEDED_CSI_DRIVER] = "CSIDriver",
		[NEEDED_CSI_NODES] = "CSINodes with driver",
		[NEEDED_CAPACITY] = "CSIStorageCapacities of StorageClass",
		[NEEDED_POOL] = "PersistentVolumes of StorageClass",
	};
	return texts[l->kind];
}
