/* SPDX-License-Identifier: Apache-2.0 */
/* What the records hold of tickets: state/tickets.h says what a ticket is. */
#pragma once

#include "base/heap.h"
#include "base/table.h"
#include "pace/pace.h"

struct attempt;

enum ticket_state {
	TICKET_NONE,   /* no create is wanted, or it is not to be tried yet */
	TICKET_WAITS,  /* in the list of its job */
	TICKET_PARKED, /* in the list of its node, which has its share */
	TICKET_HELD    /* its create may be under way */
};

/* Of an attempt. */
struct attempt_ticket {
	enum ticket_state state;
	uint32_t number;  /* of the last ticket that it had; 0: it never had one */
	int64_t since_ms; /* when it got that (monotonic) */
	struct attempt *prev, *next;
};

/* Of a namespace with tickets that are held or waited for. */
struct ticket_share {
	UT_hash_handle hh;
	char *ns;
	uint32_t held, users; /* users: attempts that hold or wait */
	struct heap jobs;     /* the jobs that wait */
	struct heap_node turn;
};

/* Of a job. */
struct job_tickets {
	struct ticket_share *share; /* NULL: no attempt holds or waits */
	struct attempt *first;      /* the attempts that wait */
	uint32_t held, waiting;
	struct heap_node turn;
};

/* Of a node. */
struct node_tickets {
	uint32_t held;
	struct attempt *parked;
};

struct ticket_table {
	struct pace pace;
	struct ticket_share *shares, *recent;
	struct heap turns; /* the namespaces that wait */
	uint32_t last, nwaiting;
	uint64_t found;        /* how often a ticket was held already */
	uint64_t refused_node; /* whose create was refused last: index + 1; 0: the coordinator's */
	int64_t refused_ms;    /* … and when */
};
