/* SPDX-License-Identifier: Apache-2.0 */
/* What is told about a job, as a part of its record. */
#pragma once

#include "coordinator/core/state/status_record.h"

enum job_condition { JC_SCHEDULED, JC_SUSPENDED, JC_COMPLETE, JC_FAILED, JC_SUCCESS_MET, JC_N };

/* What status.reason, status.message, conditions and Events say. */
struct job_told {
	struct cond_state conditions[JC_N];
	enum reason reason;
	const char *message;
	const char *create_error; /* why the API server refuses pods, with the next step, or "" */
	const char *last_failure; /* how a member ended last, with the next step, or "" */
	enum reason last_end;     /* of that end: MemberFailed, or MemberBackOff if not charged */
	uint32_t last_index;      /* the member; UINT32_MAX: the previous leader said it */
	int64_t next_try_ms;      /* of that member: wall time in whole seconds; 0: not known */
	const char *doubt;        /* what is odd about the job, with the next step, or "" */
	bool doubt_news;          /* no Event has told it */
	const char *last_refusal; /* why a kubelet refused a member last, or "" */
	const char *forbidden;    /* the same of a refusal for what the pod is, or "" */
	int64_t failure_event_ms; /* until then no Event is made about a failure */
	int64_t refusal_event_ms; /* until then no Event is made about such a refusal */
	int64_t failing_event_ms; /* until then no Event is made about creates that fail */
	bool waiting;             /* an Event has said that the job waits for nodes */
};
