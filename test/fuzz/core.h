/* SPDX-License-Identifier: Apache-2.0 */
/* A cluster of three nodes and four jobs around the coordinator's core, in which nobody keeps a
 * rule: the input says what comes next. Each choice takes a byte of the input; an input that is
 * over chooses 0. */
#pragma once

#include "base/arena.h"
#include "base/bitset.h"
#include "coordinator/core/core.h"

enum { CORE_NODES = 3, CORE_JOBS = 4, CORE_PENDING = 64, CORE_UIDS = 6, CORE_ORDERED = 512 };

struct input {
	const uint8_t *p, *end;
};

/* 0…below - 1 */
uint32_t in_number(struct input *in, uint32_t below);
/* One of the strings. */
#define in_text(in, ...)                          \
	((const char *[]){__VA_ARGS__}[in_number( \
		in, (uint32_t)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)))])

/* What the API server was asked for, and has not answered. */
struct pending {
	enum core_action_type type;
	enum needed_kind kind;
	const char *ns, *name, *uid, *node; /* interned in the arena of the run */
	uint32_t index, attempt, job;
	bool create; /* of ACT_POD_CREATE */
};

/* An attempt that the core has ordered to a node, or asked the API server for. */
struct ordered {
	char pod[POD_NAME_BYTES];
	uint32_t job, index, attempt, node;
};

struct fuzz_job {
	uint32_t uid; /* the job's UIDs are "u<job>.0"… */
	bool exists;
	int64_t generation;
	struct job_status stored;
	struct bitset succeeded; /* indexes of which a believable success was told, of all UIDs */
	uint32_t failed;         /* believable failures that were told */
};

struct world {
	struct core *core;
	struct input in;
	struct arena arena;
	int64_t now_ms, wall_ms;
	uint64_t epoch, session, rv;
	uint64_t revisions[CORE_NODES]; /* of the orders that were looked at */
	bool synced, leading;
	struct fuzz_job jobs[CORE_JOBS];
	struct pending pending[CORE_PENDING];
	uint32_t npending;
	struct ordered ordered[CORE_ORDERED];
	uint32_t nordered;
};

const char *core_node_name(uint32_t node);
const char *core_job_name(uint32_t job);
const char *core_job_uid(uint32_t job, uint32_t uid);
uint32_t core_job_of(const char *ns, const char *name); /* CORE_JOBS: of none */
uint32_t core_node_of(const char *name);                /* CORE_NODES: of none */
char *in_copy(struct world *w, const char *s);

/* core_make.c: what others write. They live in the arena of the run. */
struct job *make_job(struct world *w, uint32_t job);
struct node *make_node(struct world *w, uint32_t node);
struct member *make_members(struct world *w, uint32_t node, uint32_t *ret_n);
struct capacity *make_capacity(struct world *w);
struct needed *make_needed(struct world *w, const struct pending *p);
struct compute_node *make_compute_node(struct world *w, uint32_t node);

/* core_step.c: one step of the core, with all that is checked after it. */
void world_step(struct world *w, struct core_event *ev);
/* core_answer.c: an answer to one of the requests that are pending. */
void world_answer(struct world *w);
