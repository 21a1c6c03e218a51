/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/observe/agent_seen.h"

#include <utlist.h>

#include "coordinator/core/life/pod_lists.h"
#include "coordinator/core/observe/member_seen.h"
#include "coordinator/core/observe/pods_listed.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/orders.h"
#include "coordinator/core/state/ports.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/room.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/tickets.h"

static struct node_record *heard(struct core *c, const struct core_event *ev)
{
	struct node_record *n = node_find(c, ev->agent.node);
	if (!n || !n->agent.connected || n->agent.session != ev->agent.session)
		return NULL;
	n->agent.heard_loop_ms = c->loop_ms;
	if (n->agent.silent) {
		node_set_silent(c, n, false);
		log_info(c->log, "agent heard again", KS("node", n->name));
	} else {
		node_heard(c, n);
	}
	return n;
}

static void set_capacity(struct core *c, struct node_record *n, const struct capacity *cap)
{
	if (!cap)
		return;
	res_foreign_set(c, n, &cap->foreign, cap->foreign_pods);
	ports_foreign_set(c, n, &cap->ports);
	n->agent.capacity_known = true;
	node_caps_dirty(c, n);
}

/* An agent of another version has come. */
static void set_narrow(struct core *c, struct node_record *n, bool narrow)
{
	if (n->agent.narrow == narrow)
		return;
	node_set_narrow(c, n, narrow);
	orders_recount(c, n);
	if (!narrow)
		room_grown(c, n, true);
}

void agent_hello(struct core *c, const struct core_event *ev)
{
	struct node_record *n = node_get(c, ev->agent.node);
	node_set_silent(c, n, false);
	node_set_connected(c, n, true);
	n->agent.session = ev->agent.session;
	n->agent.heard = true;
	n->agent.proofs = ev->agent.proofs;
	set_narrow(c, n, !ev->agent.completions);
	n->agent.heard_loop_ms = c->loop_ms;
	mem_strset(&n->agent.version, ev->agent.version);
	mem_strset(&n->agent.boot_id, ev->agent.boot_id);
	set_capacity(c, n, ev->agent.capacity);
	log_info(c->log, "agent registered", KS("node", n->name), KS("version", n->agent.version),
		 KI("members", ev->agent.nmembers));
	pod_lists_hello(n);
	for (uint32_t i = 0; i < ev->agent.nmembers; i++)
		member_seen(c, n, &ev->agent.members[i], false);
	hello_listed(c, n);
	pod_lists_after_hello(c, n);
}

void agent_report(struct core *c, const struct core_event *ev)
{
	struct node_record *n = heard(c, ev);
	if (!n)
		return;
	set_capacity(c, n, ev->agent.capacity);
	for (uint32_t i = 0; i < ev->agent.nmembers; i++)
		member_seen(c, n, &ev->agent.members[i], false);
}

void agent_heard(struct core *c, const struct core_event *ev)
{
	heard(c, ev);
}

/* What its agent was to create, it creates by the orders of its next session. */
static void tickets_come_back(struct core *c, struct node_record *n)
{
	struct attempt *a;
	DL_FOREACH2(n->attempts, a, node_next)
	{
		if (!ticket_held(a) || a->by_coordinator)
			continue;
		ticket_back(c, a);
		if (attempt_live(a)) /* else the timer is that of the stop */
			attempt_set_timer(c, a, INT64_MAX);
	}
}

void agent_hangup(struct core *c, const struct core_event *ev)
{
	struct node_record *n = node_find(c, ev->agent.node);
	if (!n || !n->agent.connected || n->agent.session != ev->agent.session)
		return;
	log_info(c->log, "agent unregistered", KS("node", n->name));
	/* A node that fell silent before its connection was closed is still lost: it stays so. */
	bool silent = n->agent.silent;
	node_set_connected(c, n, false);
	tickets_come_back(c, n);
	n->agent.session = 0;
	n->agent.silent = silent;
	pod_lists_renew(c, n);
}

/* The node is as silent as before. Without a session, nothing keeps its record when its Node is
 * deleted. */
void agent_dropped(struct core *c, const struct core_event *ev)
{
	struct node_record *n = node_find(c, ev->agent.node);
	if (!n || n->agent.session != ev->agent.session)
		return;
	n->agent.session = 0;
	node_dirty(c, n);
}
