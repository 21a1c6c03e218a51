/* SPDX-License-Identifier: Apache-2.0 */
/* A job as the core knows it. Strings are owned unless said otherwise. */
#pragma once

#include "coordinator/core/state/attempt_record.h"
#include "coordinator/core/state/request_record.h"
#include "model/job.h"

struct slot { /* one member index */
	struct attempt *current;
	int64_t retry_ms;
	uint32_t last; /* the highest attempt number known of this index */
};

struct refusal { /* a kubelet refused this job: not there again for a while */
	uint32_t node, n;
	int64_t until_ms;
	bool holds;
};

enum job_condition { JC_SCHEDULED, JC_SUSPENDED, JC_COMPLETE, JC_FAILED, JC_N };

/* The object. Owner: observe/job_seen. */
struct job_object {
	bool known;       /* it was seen; else only pods of it were */
	bool deleted;     /* it was there */
	bool deleting;    /* it has a deletionTimestamp */
	bool orphan;      /* its pods are to be left alone */
	bool from_before; /* it was listed when this leader began */
	int64_t generation, created_ms;
};

/* spec, as the core needs it. Owner: observe/job_seen (priority: state/queue). */
struct job_want {
	uint32_t parallelism, min_parallelism, backoff_limit, max_unavailable;
	int32_t priority;
	int64_t deadline_s, ttl_s; /* -1: none */
	enum node_loss on_loss;
	enum update_type update_type;
	bool suspend, unavailable_percent;
	bool credentials; /* agents may not create its pods */
	char *invalid;    /* why no pod can be made of it, or "" */
	uint32_t template_id;
	struct request *request;
};

/* Questions to the API server about the job, and its deletion by us. Owner: life/job_deletion and
 * job_policy; observe/job_seen has the answers. */
struct job_check {
	bool running;
	bool owner_deleted; /* the answer: its pods have no owner any more */
	int64_t after_ms, delete_after_ms;
	uint32_t vanished; /* pods that went without our doing since the job was last shown */
};

/* Changes of the spec that its members have not followed yet. Set by observe, cleared by
 * life/job_update. */
struct job_changes {
	bool selection_changed, rolling, completed_changed;
};

/* Owner: life (start_ms: the core, when it carries out a plan). Times in whole seconds are wall
 * times. */
struct job_life {
	enum job_state state;
	int64_t start_ms, end_ms; /* whole seconds */
	bool started;             /* a container of a member has started */
	bool formed;              /* min_parallelism members had pods at once */
	bool retrying;            /* an index waits for its backoff */
	uint32_t denials;
	int64_t held_until_ms; /* nothing is placed before */
	int64_t wake_ms;       /* while the job is decided about: when again */
	/* Wall times, and where they fell on the monotonic clock when they became known (a jump of
	 * the wall clock moves no deadline); INT64_MAX: none. */
	int64_t deadline_wall_ms, deadline_at_ms, ttl_wall_ms, ttl_at_ms;
};

/* Owners: state/job, state/attempt, observe. */
struct job_members {
	struct slot *slots;
	uint32_t nslots;
	struct attempt *attempts; /* utlist through job_next */
	uint32_t count[ATTEMPT_STATE_N], nready, nwaiting;
	uint32_t attempt_floor; /* the next attempt's number is above it, and above its slot's last
				 */
	uint32_t highest_attempt; /* status.attempts */
	uint32_t failed,
		stored_failed; /* charged attempts; as far as a stored status counts them */
	struct bitset completed;
	uint32_t ncompleted;
	int64_t starting_ms; /* pods are there since, and no container has started */
};

/* Owner: observe/member_ended; life/job_policy ends them. */
struct job_refusals {
	struct refusal *v;
	uint32_t n, cap;
};

/* What status.reason, status.message, conditions and Events say. Set by job_set_message and
 * job_set_condition; the words of the last refusal and failure by tell/progress. */
struct job_told {
	struct cond_state conditions[JC_N];
	enum reason reason;
	char *message;
	char *create_error;       /* the API server's words, or "" */
	char *last_failure;       /* "member 3: exit code 137 (OOMKilled)", or "" */
	char *last_refusal;       /* the kubelet's words, or "" */
	int64_t failure_event_ms; /* no Event about a failure before */
	bool waiting;             /* that the job waits for nodes was told */
};

/* A job's place in the queue. Owner: state/queue, which has the moves. */
enum queue_stage {
	QUEUE_OUT,
	QUEUE_NEW,     /* not looked at since the job came, or changed before it was blocked */
	QUEUE_LOOKED,  /* the look at the job goes on in the next step */
	QUEUE_BLOCKED, /* the job does not fit, and waits for what its item says */
	QUEUE_AGAIN,   /* blocked, and to be looked at in any case */
	QUEUE_DONE,    /* the job wants no more, and leaves at the cycle's end */
	QUEUE_STAGE_N
};

struct job_place {
	enum queue_stage stage;
	uint32_t want; /* members that wait for a node */
};

struct job_record {
	UT_hash_handle hh, hh_uid;      /* by "ns/name" (the live one only); by UID */
	struct job_record *prev, *next; /* dirty list */
	struct heap_node timer;
	uint32_t id;
	char *key, *ns, *name, *uid;
	bool dirty;
	struct job_object object;
	struct job_want spec;
	struct job_check check;
	struct job_changes update;
	struct job_life life;
	struct job_members members;
	struct job_refusals refusals;
	struct job_told told;
	struct job_place place;
	/* Those that wait to say why they wait; owner: state/waiting. */
	struct job_record *waiting_prev, *waiting_next;
	struct job_record **waiting_in; /* the list it is in, or NULL */
	int64_t waiting_ms;             /* not before */
	/* Writing; owner: tell/job_status. */
	struct status_slot status;
	bool gathering; /* urgent, but waits a moment for more */
	uint32_t inflight_failed;
};

static inline bool job_queued(const struct job_record *j)
{
	return j->place.stage != QUEUE_OUT;
}

/* The job was looked at and waits for room. */
static inline bool job_blocked(const struct job_record *j)
{
	return j->place.stage == QUEUE_BLOCKED || j->place.stage == QUEUE_AGAIN;
}
