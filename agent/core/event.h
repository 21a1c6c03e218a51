/* SPDX-License-Identifier: Apache-2.0 */
/* Events that the agent's core takes and actions that it gives. Pointers of an event are borrowed
 * for the step; pointers of an action live until the next step. */
#pragma once

#include "base/rc.h"
#include "model/member.h"

enum agent_event_type {
	AEV_TICK,
	AEV_POD,         /* a pod of the node as it is now, a member's or not */
	AEV_NODE,        /* what the node has: its own Node's allocatable */
	AEV_POD_GONE,    /* a pod of the node was deleted */
	AEV_PODS_SYNCED, /* a list of the node's pods is complete; no pod is created before */
	AEV_ORDERS,      /* the node's full set of orders with the epoch of its leader */
	AEV_TEMPLATE,    /* the text of a template has arrived */
	AEV_CREATED,     /* a create ended; after EXISTS the shell has read the pod as well */
	AEV_READ,        /* a live GET of a pod ended */
};

struct agent_event {
	enum agent_event_type type;
	int64_t now_ms;     /* monotonic */
	int64_t unheard_ms; /* since the last request was sent that a leader has answered */
	union {
		const struct pod *pod;             /* POD */
		const struct reslist *allocatable; /* NODE */
		const struct meta *gone; /* POD_GONE; uid "": whichever pod has the name */
		struct {
			uint64_t epoch;
			const struct order *v;
			uint32_t n;
		} orders;
		const char *template_name; /* TEMPLATE: template_name() of namespace and hash */
		struct {
			const char *ns, *name; /* of the pod */
			enum rc rc;
			const char *reason, *message;
			bool busy; /* refused because the server has too much to do (429, 503) */
			int64_t retry_after_ms; /* 0: the server named no time */
			/* With OK the pod as created or read; with EXISTS the pod as read, or NULL
			 * when the GET found none; else NULL. */
			const struct pod *pod;
		} created; /* CREATED and READ */
	};
};

enum agent_action_type {
	AACT_CREATE,        /* create this pod; the shell has the template's text */
	AACT_READ,          /* read this pod live and answer with AEV_READ */
	AACT_REPORT,        /* agent_core_changes has something to report */
	AACT_TEMPLATE_DROP, /* no order needs this template's text any more */
};

struct agent_action {
	enum agent_action_type type;
	union {
		struct pod_create create; /* template_text is NULL */
		struct {
			const char *ns, *name;
		} read;
		const char *template_name;
	};
};

struct agent_actions {
	const struct agent_action *v;
	uint32_t n;
};
