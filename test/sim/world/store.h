/* SPDX-License-Identifier: Apache-2.0 */
/* The model's etcd: typed objects, each change a new immutable version with a resourceVersion of
 * its own, and the history that watches read, which can be cut off (compaction). Who changes an
 * object clones its newest version, edits the clone and puts it. */
#pragma once

#include "base/arena.h"
#include "sync/api.h"
#include "test/sim/world/pod_seal.h"

/* No coordinator gives such a number of an attempt in a run: what has one was made up. */
enum { HOSTILE_ATTEMPT = 100000 };

struct version {
	uint32_t refs;
	struct arena arena;
	enum api_kind kind;
	uint64_t rv;
	union { /* each begins with its meta */
		struct meta meta;
		struct job job;
		struct compute_node compute_node;
		struct node node;
		struct pod pod_decoded;
		const struct pod pod; /* the same: pod_edit.h changes pods */
		struct lease lease;
		struct keyed_data data;
		struct needed needed;
	};
	/* What the model knows beyond the decoded object. */
	bool foreground;            /* finalizer foregroundDeletion */
	bool held;                  /* JOB: a finalizer of its user's own */
	const char *node_owner_uid; /* CNODE: ownerReference to this Node */
	struct strs user_res;       /* CNODE: spec.resources that a user's apply owns */
	bool applied;               /* CNODE: managedFields names Muster */
	const char *command;        /* POD: what its template says to run */
	struct pod_tree tree;       /* POD: its JSON, of which the struct is decoded at each put */
	int64_t grace_s;            /* POD: deletionGracePeriodSeconds */
	bool forged;                /* POD: no coordinator ordered it */
	bool admitted, whole; /* POD: by its kubelet; all of its containers have started, ready */
	/* POD: when its work began and ended, exactly, by the kubelet's clock; 0: it has not. */
	int64_t began_ms, ended_ms;
	int64_t desired_milli; /* POD: cpu that a resize desires; 0: none was asked for */
	int64_t waits_ms; /* POD: since when a container waits for what is wrong; 0: none does */
	struct sel_terms where;            /* POD: its nodeSelector, as its RuntimeClass has it */
	const char *claim_ns, *claim_name; /* VOLUME: its claimRef; NULL: none */
};

struct change {
	uint64_t rv;
	enum watch_event ev;
	struct version *prev, *now; /* prev NULL: added; now is the last state of a deleted one */
};

struct shelf {              /* one kind */
	struct version **v; /* by namespace and name */
	uint32_t n, cap;
	struct change *history;
	uint32_t nhistory, cap_history;
	uint64_t compacted_rv; /* changes up to it are gone */
};

struct store {
	uint64_t rv, uids;
	struct shelf shelf[API_KIND_N];
	void *self;
	void (*on_change)(void *self, const struct change *ch);
};

void store_done(struct store *s);
struct version *store_find(const struct store *s, enum api_kind kind, const char *ns,
			   const char *name);
/* A version to be filled and put; put takes it and gives it its rv, and a new object its uid. */
struct version *version_new(enum api_kind kind);
struct version *version_clone(const struct version *v);
void version_ref(struct version *v);
void version_unref(struct version *v);
struct version *store_put(struct store *s, struct version *own_v, int64_t wall_ms);
void store_remove(struct store *s, const struct version *v);
void store_compact(struct store *s, uint64_t keep); /* keeps that many of each kind's changes */
/* Whether both say the same, resourceVersion apart: such a write changes nothing. */
bool version_same(const struct version *a, const struct version *b);
/* Sets a label; value NULL: takes it away. */
void version_label(struct version *v, const char *key, const char *value);
bool pod_ended(const struct version *v);
/* Borrowed view for sinks. */
struct api_object version_object(const struct version *v);
