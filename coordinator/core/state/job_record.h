/* SPDX-License-Identifier: Apache-2.0 */
/* A job as the core knows it. The record owns its strings. test/lint/owners.txt says which files
 * may write its parts. */
#pragma once

#include "coordinator/core/state/admitted_record.h"
#include "coordinator/core/state/job_members_record.h"
#include "coordinator/core/state/job_place_record.h"
#include "coordinator/core/state/job_told_record.h"
#include "coordinator/core/state/request_record.h"
#include "coordinator/core/state/tickets_record.h"
#include "model/job.h"

/* The ComputeJob's object. */
struct job_object {
	bool known;     /* the object was seen; else only pods of the job were */
	bool deleted;   /* the object was seen and does not exist any more */
	bool deleting;  /* the object has a deletionTimestamp */
	bool orphan;    /* the job was deleted with orphaning: its pods are left alone, for good */
	bool orphaning; /* … and the garbage collector has not come to all of them yet */
	bool predates_leader; /* the job existed when this leader began */
	int64_t generation, created_ms;
};

/* What spec.successPolicy asks for. */
struct success_want {
	bool listed, counted;
	uint32_t count;
	struct runs indexes; /* if listed */
};

struct success_policy {
	struct success_want v[SUCCESS_RULES_MAX];
	uint32_t n;
	uint32_t seen_completed, seen_of; /* with so many of so many indexes no rule was met */
};

/* The spec, as far as the core needs it. */
struct job_want {
	uint32_t per_node; /* so many members may share a node; 0 counts as 1 */
	/* 1 <= min_parallelism <= parallelism <= completions */
	uint32_t completions, parallelism, min_parallelism, backoff_limit, max_unavailable;
	uint32_t failures_fail_index, failed_indexes_fail; /* 0: no number does */
	struct success_policy *success;                    /* NULL: none */
	int32_t priority;
	int64_t deadline_s, ttl_s; /* -1: the spec has none */
	int64_t start_deadline_s;  /* 0: the spec has none */
	int64_t grace_s;           /* the termination grace period of its pods */
	/* For how long members stay on a Node whose Ready condition is False, or Unknown, while its
	 * agent answers. 0: as the setting says; INT64_MAX: for ever; -1: not at all. */
	int64_t not_ready_ms, unreachable_ms;
	enum node_loss on_loss;
	enum update_type update_type;
	bool suspend, unavailable_percent;
	bool names;          /* the members have names in DNS */
	bool credentials;    /* the pod carries credentials, so no agent may create it */
	const char *invalid; /* why no pod can be made of the spec, or "" */
	uint32_t template_id, old_template_id; /* old: of pods that older versions made */
	struct request *request;
};

/* Questions to the API server whether the job exists, and the deletion of a finished job. */
struct job_check {
	bool running;
	bool owner_deleted; /* the answer: the job does not exist, so its pods have no owner */
	int64_t after_ms, delete_after_ms;
	uint32_t vanished; /* pods that vanished, unstopped, since the job was last seen */
};

/* What status.failures tells. */
struct job_failures {
	struct failure v[FAILURES_MAX]; /* by time, index and attempt */
	uint32_t n;
};

enum job_dns_stage { DNS_NONE, DNS_ASKED, DNS_THERE };

/* The Service that gives the members names in DNS. */
struct job_dns {
	enum job_dns_stage stage;
	bool told;        /* an Event says why there is none */
	uint32_t tries;   /* in vain */
	int64_t again_ms; /* NONE: not before */
};

/* The state and what belongs to it. */
struct job_life {
	enum job_state state;
	int64_t start_ms, end_ms; /* wall times in whole seconds */
	bool started;             /* a container of a member has started */
	uint32_t over_before;     /* indexes that were over before the job (re)started */
	bool formed;              /* the members of the gang had pods at the same time */
	bool together; /* the members of the gang ran at the same time, or had succeeded */
	bool retrying; /* an index waits for its next try … */
	uint32_t retrying_index; /* … the lowest of them */
	uint32_t denials;
	int64_t held_until_ms; /* until then no member is placed */
	int64_t wake_ms;       /* while the job is decided about: when to decide again */
	/* The ends of the deadlines and of the ttl as wall times, and as monotonic times. The
	 * latter are fixed when the former become known, so a jump of the wall clock moves no end.
	 * INT64_MAX: none. */
	int64_t deadline_wall_ms, deadline_at_ms, ttl_wall_ms, ttl_at_ms;
	int64_t start_by_wall_ms, start_by_ms; /* of startDeadlineSeconds */
};

struct job_record {
	struct hlink by_name;     /* by namespace and name, while the object exists */
	struct hlink by_identity; /* by namespace, name and UID: a member's pod has all three */
	struct job_record *all_prev, *all_next;
	struct job_record *prev, *next; /* the list of jobs that changed */
	struct heap_node timer;
	uint32_t id;
	bool dirty;
	char *key; /* "ns/name"; its block holds the next three, too */
	const char *ns, *name, *uid;
	struct job_object object;
	struct job_want spec;
	struct job_check check;
	struct job_changes update;
	struct job_life life;
	struct job_members members;
	struct job_refusals refusals;
	struct job_told told;
	struct job_failures *failures;    /* NULL: none */
	struct job_dependencies *depends; /* NULL: none */
	struct job_place place;
	struct job_tickets tickets;
	struct job_dns dns;
	/* The list of jobs that are to say why they wait. */
	struct job_record *waiting_prev, *waiting_next;
	struct job_record **waiting_in; /* the list that the job is in, or NULL */
	int64_t waiting_ms;             /* when the message is due */
	/* Writes of the status. */
	struct status_slot status;
	/* What is known of its pods' shape, and the list of the jobs that have it. */
	struct admitted *admitted;
	struct job_record *admitted_prev, *admitted_next;
	bool gathering; /* an urgent write waits a moment for more changes */
	uint32_t inflight_failed, inflight_attempts;
};

/* The object was seen, and not its deletion. */
static inline bool job_exists(const struct job_record *j)
{
	return j->object.known && !j->object.deleted;
}

static inline bool job_queued(const struct job_record *j)
{
	return j->place.stage != QUEUE_OUT;
}

/* The job was looked at and waits for room. */
static inline bool job_blocked(const struct job_record *j)
{
	return j->place.stage == QUEUE_BLOCKED || j->place.stage == QUEUE_AGAIN;
}
