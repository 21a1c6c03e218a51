/* SPDX-License-Identifier: Apache-2.0 */
/* The model API server's state: its store, what it knows beside it, and what is wrong with it just
 * now. What each verb does to the store (ask.h) is what a real 1.37 server does: the cases of
 * test/sim/contract hold for both. */
#pragma once

#include "test/sim/world/clock.h"
#include "test/sim/world/counts.h"
#include "test/sim/world/pod_text.h"
#include "test/sim/world/seats.h"
#include "test/sim/world/store.h"

enum { SNAPSHOTS_MAX = 16, LEASE_GRACE_MS = 30000, REFUSALS_MAX = 64 };

struct status_refusal {
	const char *job; /* its name; who refuses keeps it for as long as the server lives */
	int64_t ms;
};

struct snapshot { /* of a paged list */
	uint64_t id, rv;
	struct version **v;
	uint32_t n;
};

struct server {
	struct clock *clock;
	struct store store;
	int64_t wall_ms; /* wall time at virtual time 0 */
	uint64_t snapshots;
	struct snapshot snap[SNAPSHOTS_MAX];
	struct arena names; /* of nodes in tokens */
	struct pod_texts pod_texts;
	uint64_t events_written, writes, status_writes, lease_writes, pods_created, deletes;
	uint32_t page_max;       /* the server's own bound of a page; 0: what is asked for */
	bool late;               /* who asks now has given up waiting already */
	bool refuse_tokens;      /* the authenticator knows no token */
	uint64_t writes_in_vain; /* status writes that changed nothing */
	int64_t unproven_ms;     /* when pods without proofs last had to be judged; 0: never */
	uint32_t pod_quota;      /* pods a namespace may hold; 0: no quota */
	int64_t quota_ended_ms;
	struct counts counts;
	struct seats seats;
	bool deny_agent_pods;     /* admission refuses what agents create */
	const char *deny_pods;    /* admission refuses all pods, with these words; NULL: none */
	bool deny_invalid;        /* …with 422 instead of 403 */
	const char *webhook_dead; /* an admission webhook of pods does not answer: every create of a
				   * pod fails with 500 and these words; NULL: none */
	int64_t dry_run_struck_ms; /* when a dry run was last sent that went wrong */
	bool dry_run_refused;      /* at least one was: not each leader knows what admission adds */
	int64_t webhook_died_ms;   /* when it died last … */
	int64_t webhook_back_ms;   /* … and when it answered again; INT64_MAX: not yet */
	int64_t overhead_milli;    /* CPU that admission adds to each pod, as for a RuntimeClass */
	int64_t overhead_ms;       /* when that changed last */
	/* What PodNodeSelector and PodTolerationRestriction add to each pod of any namespace: a
	 * label (NULL: none), and a taint's key that is tolerated (NULL: none). */
	const char *added_key, *added_value, *added_toleration;
	bool no_dry_run;         /* a webhook has side effects: dry runs are refused, 400 */
	const char *deny_choice; /* policy: no claim may be given a consumer; with these words */
	const char *
		no_volumes_on; /* no volume can be made for these nodes ("n1,n2"); NULL: for each */
	bool reads_fail;       /* each GET of what pods need fails, 500 … */
	const char *deny_services; /* what a quota says to each Service, or NULL */
	bool drivers_fail;         /* … each of a CSIDriver alone */
	bool binder_stopped;       /* nobody binds claims to the volumes that they were given */
	uint32_t volumes_fail; /* percent of volumes that cannot be made where they were to be */
	const char *status_refused; /* the status of this job is refused, 422; NULL: none */
	struct status_refusal refusals[REFUSALS_MAX]; /* whose status was refused, and when last */
	uint32_t nrefusals;
	const char *ns_ending, *ns_gone; /* a namespace that is being deleted; that is not there */
	void *self;
	/* Told of each change, after it is stored; must not change the store itself. */
	void (*on_change)(void *self, const struct change *ch);
	/* Told of each request before it is carried out (for checks); who is the asking process. */
	void (*on_request)(void *self, const char *who, const struct api_request *req);
};

void snapshot_drop(struct snapshot *snap);
/* The status of s->status_refused was refused just now. */
void server_note_refusal(struct server *s);
void server_init(struct server *s, struct clock *clock, int64_t wall_ms);
void server_done(struct server *s);
/* Something happened that is to be seen to happen. */
void server_count(struct server *s, enum fact fact);
int64_t server_wall(const struct server *s);
void server_set_overhead(struct server *s, int64_t cpu_milli);
/* The Node has the label that admission adds to each pod's nodeSelector, if it adds one. */
bool server_lets_pods_on(const struct server *s, const struct version *node);
void server_set_webhook(struct server *s, const char *dead); /* NULL: it answers */
/* Puts a changed job spec: generation grows. */
struct version *server_put(struct server *s, struct version *own_v);
/* As a DELETE: sets deletionTimestamp or removes. */
void server_delete(struct server *s, const struct version *v);
/* The last request for a pod, by its kubelet: the pod shows the time of this request as that of its
 * deletion for a moment, with no grace period, and is gone. */
void server_delete_now(struct server *s, const struct version *pod);
