/* SPDX-License-Identifier: Apache-2.0 */
/* The pods of the node by "namespace/name": members are followed and reported, of all others only
 * their load counts. A pod that changes is touched (actions.h), so that the step looks at the order
 * of its name. */
#pragma once

#include "agent/core/actions.h"
#include "agent/core/foreign.h"
#include "agent/core/member_copy.h"
#include "base/log.h"
#include "base/table.h"

struct pod_record {
	UT_hash_handle hh;
	char *key, *uid;
	bool alive;     /* the pod exists */
	bool confirmed; /* seen by list or watch, not only as the answer to a create */
	bool doubted;   /* a complete list did not show it: it is to be read live */
	bool asking;    /* a read is out */
	int64_t ask_ms; /* when to read it */
	bool is_member;
	struct pod_load load;
	/* NULL, or what is reported of the pod. Of an ended pod it says how it ended, and is kept
	 * until it was told and no order asks for it. */
	struct member_copy *member;
	bool changed; /* the member is to be told */
};

struct pod_table {
	const char *node; /* borrowed */
	const struct log *log;
	struct pod_record *records;
	bool synced;       /* a list was complete */
	bool doubts;       /* some pod may be doubted */
	uint64_t left_out; /* how often a foreign pod was ignored: there are NODE_PODS_MAX others */
	struct foreign foreign;
};

void pods_done(struct pod_table *t);
struct pod_record *pods_find(const struct pod_table *t, const char *key); /* NULL: unknown */
uint32_t pods_count(const struct pod_table *t); /* records, also of members that have ended */
/* The pod is as given. confirmed: list or watch showed it. A foreign pod that has ended has no
 * record, and one beyond NODE_PODS_MAX is left out. */
void pods_put(struct pod_table *t, struct step *st, const struct pod *pod, bool confirmed);
/* Where the table is full, a member that has ended and is not needed (no order has its name) gives
 * its record up: the oldest that was told, else the oldest. Pods that have ended stay until 12,500
 * have in the cluster (--terminated-pod-gc-threshold), and nothing else needs the record: the
 * coordinator has counted the end, or asks for the pod with an order, or reads the node's pods. */
void pods_make_room(struct pod_table *t, bool (*needed)(const void *self, const char *key),
		    const void *self);
/* The pod was deleted. Ignored if another pod (by UID) has the name by now. */
void pods_deleted(struct pod_table *t, struct step *st, const struct meta *meta);
/* A list is complete: what it did not confirm is doubted. */
void pods_synced(struct pod_table *t, const struct step *st);
/* Asks for a live read of each doubted pod that is due. */
void pods_ask(struct pod_table *t, struct step *st);
/* A live read ended (AEV_READ); ignored where none is out for the pod. */
void pods_read(struct pod_table *t, struct step *st, const struct agent_event *ev);
/* Sums the foreign load anew if it may have changed. */
void pods_sum(struct pod_table *t, struct step *st);
void pods_drop(struct pod_table *t, struct pod_record *p);
/* How the pod of this name ended is told once more; nothing if it is alive or unknown. */
void pods_tell_end_again(struct pod_table *t, struct step *st, const char *key);
/* Nobody asks for the pod of this name any more: its record goes if it ended and was told. */
void pods_forget_end(struct pod_table *t, const char *key);
