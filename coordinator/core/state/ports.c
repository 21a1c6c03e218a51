/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/ports.h"

#include <stdlib.h>
#include <utlist.h>

#include "coordinator/core/state/attempt_record.h"
#include "coordinator/core/state/room.h"

static struct port_key *key_find(const struct core *c, uint32_t key)
{
	struct port_key *k;
	HASH_FIND(hh, c->ports.keys, &key, sizeof key, k);
	return k;
}

static void set_bit(struct bitset *b, uint32_t i, bool on)
{
	if (on)
		bitset_set(b, i);
	else
		bitset_clear(b, i);
}

/* A member of the node that takes room has one of the ports. */
static bool members_have(const struct node_record *n, const struct host_ports *p)
{
	const struct attempt *a;
	DL_FOREACH2(n->attempts, a, node_next)
	{
		if (a->takes_room && host_ports_conflict(&a->ports, p))
			return true;
	}
	return false;
}

/* Each port of the key that is asked for: is it taken on the node? True: one is free that was not.
 */
static bool refresh(struct core *c, const struct node_record *n, uint32_t key)
{
	struct port_key *k = key_find(c, key);
	bool freed = false;
	for (struct asked_port *a = k ? k->asked : NULL; a; a = a->next) {
		const struct host_ports one = {&a->port, 1};
		bool was = bitset_has(&a->foreign, n->idx) || bitset_has(&a->members, n->idx);
		bool foreign = host_ports_conflict(&one, &n->ports) != 0;
		bool members = members_have(n, &one);
		set_bit(&a->foreign, n->idx, foreign);
		set_bit(&a->members, n->idx, members);
		freed |= was && !foreign && !members;
	}
	return freed;
}

static bool refresh_all(struct core *c, const struct node_record *n, const struct host_ports *p)
{
	bool freed = false;
	for (uint32_t i = 0; c->ports.keys && i < p->n; i++)
		freed |= refresh(c, n, host_port_key(p->v[i]));
	return freed;
}

/* ---- requests ---- */

static struct asked_port *asked_get(struct core *c, uint64_t port, bool *ret_fresh)
{
	uint32_t key = host_port_key(port);
	struct port_key *k = key_find(c, key);
	struct asked_port *a;
	if (!k) {
		k = mem_zalloc(1, sizeof *k);
		k->key = key;
		HASH_ADD(hh, c->ports.keys, key, sizeof k->key, k);
	}
	for (a = k->asked; a; a = a->next) {
		if (a->port == port)
			break;
	}
	if (!a) {
		a = mem_zalloc(1, sizeof *a);
		a->port = port;
		LL_PREPEND(k->asked, a);
		*ret_fresh = true;
	}
	a->refs++;
	return a;
}

static void asked_put(struct core *c, struct asked_port *a)
{
	if (--a->refs)
		return;
	struct port_key *k = key_find(c, host_port_key(a->port));
	LL_DELETE(k->asked, a);
	bitset_done(&a->foreign);
	bitset_done(&a->members);
	free(a);
	if (k->asked)
		return;
	HASH_DEL(c->ports.keys, k);
	free(k);
}

/* Whatever ports the nodes have, each is looked up once, however many are asked for. */
static void look_everywhere(struct core *c)
{
	for (uint32_t i = 0; i < c->nodes.n; i++) {
		const struct node_record *n = c->nodes.at[i];
		const struct attempt *a;
		if (!n)
			continue;
		refresh_all(c, n, &n->ports);
		for (a = n->attempts; a; a = a->node_next)
			refresh_all(c, n, &a->ports);
	}
}

void ports_ask(struct core *c, struct request *r)
{
	bool fresh = false;
	if (!r->ports.n)
		return;
	r->asked = mem_zalloc(r->ports.n, sizeof(struct asked_port *));
	for (uint32_t i = 0; i < r->ports.n; i++)
		r->asked[i] = asked_get(c, r->ports.v[i], &fresh);
	if (fresh)
		look_everywhere(c);
}

void ports_unask(struct core *c, struct request *r)
{
	for (uint32_t i = 0; i < r->ports.n; i++)
		asked_put(c, r->asked[i]);
	free(r->asked);
	r->asked = NULL;
}

/* ---- nodes ---- */

void ports_foreign_set(struct core *c, struct node_record *n, const struct host_ports *p)
{
	struct host_ports old = n->ports;
	if (host_ports_same(&old, p))
		return;
	n->ports = host_ports_copy(p);
	bool freed = refresh_all(c, n, &old);
	(void)refresh_all(c, n, &n->ports);
	/* A job that only this port keeps away was impossible so far (place/reserve). */
	if (freed)
		room_grown(c, n, true);
	free(old.v);
}

void ports_forget(struct core *c, struct node_record *n)
{
	struct host_ports old = n->ports;
	n->ports = (struct host_ports){0};
	(void)refresh_all(c, n, &old);
	free(old.v);
}

void ports_members_changed(struct core *c, const struct node_record *n, const struct host_ports *p)
{
	(void)refresh_all(c, n, p); /* who gives back room says that there is more */
}

/* ---- questions ---- */

static bool taken_there(const struct core *c, const struct request *r, uint32_t node)
{
	const struct node_record *n = c->nodes.at[node];
	return host_ports_conflict(&r->ports, &n->ports) || members_have(n, &r->ports);
}

void ports_leave_free(const struct core *c, const struct request *r, struct bitset *nodes)
{
	for (uint32_t i = 0; r->asked && i < r->ports.n; i++) {
		bitset_andnot(nodes, &r->asked[i]->foreign);
		bitset_andnot(nodes, &r->asked[i]->members);
	}
	if (r->asked || !r->ports.n)
		return;
	for (uint32_t i = bitset_next(nodes, 0); i != UINT32_MAX; i = bitset_next(nodes, i + 1)) {
		if (taken_there(c, r, i))
			bitset_clear(nodes, i);
	}
}

uint64_t ports_taken(const struct request *r, uint32_t node)
{
	for (uint32_t i = 0; i < r->ports.n; i++) {
		if (bitset_has(&r->asked[i]->foreign, node) ||
		    bitset_has(&r->asked[i]->members, node))
			return r->ports.v[i];
	}
	return 0;
}

bool ports_foreign(const struct request *r, uint32_t node)
{
	for (uint32_t i = 0; i < r->ports.n; i++) {
		if (bitset_has(&r->asked[i]->foreign, node))
			return true;
	}
	return false;
}
