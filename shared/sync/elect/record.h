/* SPDX-License-Identifier: Apache-2.0 */
/* The record of an election, for the files of this folder only. */
#pragma once

#include "sync/elect.h"
#include "sync/elect/lease_op.h"
#include "sync/elect/lease_record.h"

enum elect_stage {
	ELECT_NEW,     /* not started */
	ELECT_FOLLOW,  /* a candidate: takes the Lease when it is free, expired or ours */
	ELECT_LEAD,    /* renews every retry period */
	ELECT_RELEASE, /* writes the Lease without a holder */
	ELECT_OUT,     /* stands for no election any more */
	ELECT_N
};

struct elect {
	struct elect_config cfg;
	char *ns, *name, *identity, *address, *predecessors;
	const struct log *log;
	struct rng rng;
	int64_t now_ms, wall_ms;

	enum elect_stage stage; /* stage.c sets it */
	struct lease_record rec;
	bool want_read; /* the record may be out of date: read before the next write */
	struct lease_op op;
	/* When the last write that succeeded was sent, and the newest write at all: by both clocks.
	 */
	int64_t renewed_ms, renewed_wall_ms, sent_wall_ms;
	int64_t next_ms; /* when to read or write again */
	int64_t release_until_ms;
	bool failing; /* a failure was logged, no success since */
};
