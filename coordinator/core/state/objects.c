/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of the scheduler's plugins VolumeBinding, VolumeZone and VolumeRestrictions for claims,
 * as far as they speak of the claim as a whole; those for nodes are in the terms of its volume. */
#include "coordinator/core/state/objects.h"

#include <stdlib.h>
#include <string.h>

#include "coordinator/core/state/choice.h"
#include "coordinator/core/state/lookup.h"
#include "coordinator/core/state/volume_room.h"
#include "coordinator/core/state/volumes.h"

void objects_ask(struct core *c, struct request *r, const struct strs *claims)
{
	r->claims = claims->n ? mem_zalloc(claims->n, sizeof(struct lookup *)) : NULL;
	r->nclaims = claims->n;
	for (uint32_t i = 0; i < claims->n; i++) {
		const char *slash = strchr(claims->v[i], '/');
		AUTO(mem_freep)
		char *ns = mem_strndup(claims->v[i], (size_t)(slash - claims->v[i]));
		r->claims[i] = lookup_get(c, NEEDED_CLAIM, ns, slash + 1);
	}
}

void objects_unask(struct core *c, struct request *r)
{
	for (uint32_t i = 0; i < r->nclaims; i++)
		lookup_put(c, r->claims[i]);
	free(r->claims);
}

enum { PARTS = 7 };

/* The claim and all that it leads to; NULL: there is no such object. */
static void parts_of(struct lookup *claim, struct lookup *ret[PARTS])
{
	struct lookup *volume = claim->volume, *class = claim->storage_class;
	ret[0] = claim;
	ret[1] = volume;
	ret[2] = class;
	ret[3] = class ? class->free : NULL;
	ret[4] = volume ? volume->driver : class ? class->driver : NULL;
	ret[6] = class ? class->capacities : NULL;
	ret[5] = volume ? volume->limits_of_driver : class ? class->limits_of_driver : NULL;
}

bool objects_use(const struct request *r, const struct lookup *l)
{
	bool uses = r->set->runtime_class == l;
	for (uint32_t i = 0; i < r->nclaims; i++) {
		struct lookup *part[PARTS];
		parts_of(r->claims[i], part);
		for (uint32_t k = 0; k < PARTS; k++)
			uses |= part[k] == l;
	}
	return uses;
}

/* ---- what stands in the way ---- */

static bool known(const struct lookup *l)
{
	return !l || l->answered;
}

static bool unreadable(const struct lookup *l, struct buf *b)
{
	if (!l || !*l->failure)
		return false;
	buf_printf(b, "%s %s cannot be read: %s", lookup_kind_text(l), l->name, l->failure);
	return true;
}

static bool there(const struct lookup *l, const struct lookup *of, struct buf *b)
{
	if (!l->answered || unreadable(l, b))
		return !l->answered;
	if (!l->exists && of)
		buf_printf(b, "%s %s of PersistentVolumeClaim %s does not exist",
			   lookup_kind_text(l), l->name, of->name);
	else if (!l->exists)
		buf_printf(b, "%s %s does not exist; create it, or change the job",
			   lookup_kind_text(l), l->name);
	return l->exists;
}

/* What is known of a driver only says where its volumes can be; without that nothing is decided. */
static bool driver_unreadable(const struct lookup *claim, struct buf *b)
{
	const struct lookup *from = claim->volume ? claim->volume : claim->storage_class;
	return from && (unreadable(from->driver, b) || unreadable(from->limits_of_driver, b) ||
			unreadable(from->capacities, b));
}

/* The driver attaches the volume of the claim to nodes, and to one at a time. */
static bool exclusive(const struct lookup *claim)
{
	const struct lookup *driver = claim->volume ? claim->volume->driver : NULL;
	return driver && driver->answered && !driver->attachless;
}

uint32_t objects_most(const struct request *r)
{
	bool any = false;
	for (uint32_t i = 0; i < r->nclaims; i++)
		any |= exclusive(r->claims[i]);
	return any ? 1 : UINT32_MAX;
}

/* A claim that Kubernetes gives to one pod or node at a time, or to none yet. */
static const char *claim_trouble(const struct lookup *l, struct objects_for who)
{
	if (l->deleting)
		return "is being deleted; change the job, or create it again";
	if (l->lost)
		return "has lost its volume; create it again";
	if ((l->modes & MODE_RWOP) && who.members > 1)
		return "is ReadWriteOncePod, so one pod alone can use it: set parallelism to 1, or "
		       "use a claim with another access mode";
	if (exclusive(l) && who.at_once > 1 && who.share)
		return "is ReadWriteOnce, and Muster gives its volume to one member at a time, "
		       "also where members may share a node: set parallelism or minParallelism to "
		       "1, or use a claim with another access mode";
	if (exclusive(l) && who.at_once > 1)
		return "is ReadWriteOnce, so one node at a time can have its volume, and each "
		       "member has a node of its own: set parallelism or minParallelism to 1, or "
		       "use a claim with another access mode";
	return NULL;
}

static bool claim_obstacle(const struct lookup *l, struct objects_for who, struct buf *b)
{
	const char *trouble;
	const struct lookup *class = l->storage_class;
	if (!there(l, NULL, b))
		return true;
	if (!l->answered || !known(class) || !known(class ? class->free : NULL))
		return false;
	AUTO(buf_done) struct buf why = BUF_INIT(2 * MESSAGE_MAX);
	if ((trouble = claim_trouble(l, who)))
		buf_puts(&why, trouble);
	else if (!l->bound)
		(void)choice_obstacle(l, &why);
	if (why.len) {
		buf_printf(b, "PersistentVolumeClaim %s %s", l->name, buf_str(&why));
		return true;
	}
	return (l->volume && !there(l->volume, l, b)) || driver_unreadable(l, b);
}

bool objects_obstacle(const struct request *r, struct objects_for who, struct buf *b)
{
	if (r->set->runtime_class && !there(r->set->runtime_class, NULL, b))
		return true;
	for (uint32_t i = 0; i < r->nclaims; i++) {
		if (claim_obstacle(r->claims[i], who, b))
			return true;
	}
	return false;
}

/* ---- readiness ---- */

static bool claim_known(struct lookup *l)
{
	struct lookup *part[PARTS];
	bool all = true;
	parts_of(l, part);
	for (uint32_t k = 0; k < PARTS; k++)
		all &= known(part[k]);
	return all;
}

bool objects_known(const struct request *r)
{
	bool all = known(r->set->runtime_class);
	for (uint32_t i = 0; i < r->nclaims; i++)
		all &= claim_known(r->claims[i]);
	return all;
}

static bool fresh(struct core *c, struct lookup *l)
{
	if (l)
		lookup_ask(c, l);
	return known(l);
}

static bool claim_fresh(struct core *c, struct lookup *l)
{
	struct lookup *part[PARTS];
	bool all = true;
	parts_of(l, part);
	for (uint32_t k = 0; k < PARTS;
	     k++) /* each is asked for, whatever is known of the others */
		all &= fresh(c, part[k]);
	return all;
}

enum objects_state objects_look(struct core *c, const struct request *r, struct objects_for who)
{
	AUTO(buf_done) struct buf words = BUF_INIT(MESSAGE_MAX);
	bool all = fresh(c, r->set->runtime_class), open = false, due = true;
	for (uint32_t i = 0; i < r->nclaims; i++)
		all &= claim_fresh(c, r->claims[i]);
	if (!all || objects_obstacle(r, who, &words))
		return OBJECTS_MISSING;
	for (uint32_t i = 0; i < r->nclaims; i++) {
		open |= choice_open(r->claims[i]);
		due &= !choice_open(r->claims[i]) || choice_due(c, r->claims[i]);
	}
	if (open)
		return due ? OBJECTS_TO_CHOOSE : OBJECTS_MISSING;
	return OBJECTS_READY;
}

/* ---- nodes ---- */

const char *objects_claim(const struct request *r, uint32_t i)
{
	return r->claims[i]->name;
}

void objects_claim_reachable(const struct core *c, const struct request *r, uint32_t i,
			     struct bitset *nodes)
{
	if (r->claims[i]->volume)
		lookup_match(c, r->claims[i]->volume, nodes);
	else if (choice_open(r->claims[i]))
		choice_match(c, r->claims[i], nodes);
}

void objects_claim_attachable(const struct core *c, const struct request *r, uint32_t i,
			      struct bitset *nodes)
{
	if (exclusive(r->claims[i]))
		volume_leave_free(c, r->claims[i]->volume->use, nodes);
}

const char *objects_claim_user(const struct core *c, const struct request *r, uint32_t i)
{
	const struct node_record *n = volume_user(c, r->claims[i]->volume->use, NULL);
	return n->name;
}

void objects_leave_reachable(const struct core *c, const struct request *r, struct bitset *nodes)
{
	for (uint32_t i = 0; i < r->nclaims; i++)
		objects_claim_reachable(c, r, i, nodes);
}

void objects_leave_attachable(const struct core *c, const struct request *r, struct bitset *nodes)
{
	for (uint32_t i = 0; i < r->nclaims; i++)
		objects_claim_attachable(c, r, i, nodes);
	volume_room_leave(c, r, nodes);
}
