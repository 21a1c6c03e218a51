/* SPDX-License-Identifier: Apache-2.0 */
/* A job as the core knows it. Strings are owned unless said otherwise. */
#pragma once

#include "coordinator/core/state/attempt_record.h"
#include "coordinator/core/state/request_record.h"

struct slot { /* one member index */
	struct attempt *cur;
	int64_t retry_ms;
	uint32_t last; /* the highest attempt number known of this index */
};

struct refusal { /* a kubelet refused this job: not there again for a while */
	uint32_t node, n;
	int64_t until_ms;
	bool holds;
};

enum job_condition { JC_SCHEDULED, JC_SUSPENDED, JC_COMPLETE, JC_FAILED, JC_N };

struct job_record {
	UT_hash_handle hh, hh_uid;      /* by "ns/name" (the live one only); by UID */
	struct job_record *prev, *next; /* dirty list */
	struct heap_node timer;
	uint32_t id;
	char *key, *ns, *name, *uid, *rv;
	int64_t generation, created_ms;
	/* known: the object was seen; gone: it is deleted; old: it was listed at start */
	bool dirty, known, gone, deleting, orphan, old, checking, unknown_dead, selection_changed;
	int64_t check_after_ms, delete_after_ms;
	uint32_t vanished; /* pods that went without our doing since the job was last shown */
	/* spec */
	uint32_t parallelism, min_parallelism, backoff_limit, max_unavailable;
	int32_t priority;
	int64_t deadline_s, ttl_s;
	enum node_loss on_loss;
	enum update_type update;
	bool suspend, credentials, unavailable_percent;
	char *invalid;
	uint32_t template_id;
	struct request *request;
	/* life */
	enum job_state state;
	struct slot *slots;
	uint32_t nslots, base_attempt, attempts, failed, stored_failed, ncompleted, denials;
	struct bitset completed;
	struct attempt *atts;
	uint32_t count[ATTEMPT_STATE_N], nready, nwaiting;
	int64_t start_ms, end_ms; /* wall, whole seconds */
	/* Wall times, and where they fell on the monotonic clock when they became known (a jump of
	 * the wall clock moves no deadline); INT64_MAX: none. */
	int64_t deadline_wall_ms, deadline_at_ms, ttl_wall_ms, ttl_at_ms;
	int64_t wake_ms;
	int64_t held_until_ms; /* nothing is placed before */
	bool started, formed, told_waiting, done_news, rolling;
	bool retrying; /* an index waits for its backoff */
	struct cond_state conds[JC_N];
	enum reason reason;
	/* last_failure: "member 3: exit code 137 (OOMKilled)" or "" */
	char *message, *create_error, *last_failure;
	char *last_refusal;      /* the kubelet's words */
	int64_t starting_ms;     /* pods are there since, and no container has started */
	int64_t failure_note_ms; /* no Event about a failure before */
	struct refusal *refusals;
	uint32_t nrefusals, refusals_cap;
	/* queue */
	bool queued, blocked, fresh; /* fresh: not looked at since it came or changed */
	uint32_t want;
	struct job_record *why_prev, *why_next; /* those that wait to say why they wait */
	struct job_record **why_in;             /* the list it is in, or NULL */
	int64_t why_ms;                         /* not before */
	/* writing */
	enum mark mark;
	bool gathering; /* urgent, but waits a moment for more */
	uint64_t base, sent, echo, base_head, sent_head;
	uint32_t inflight_failed;
};
