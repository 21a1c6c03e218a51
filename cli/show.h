/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands that read share: a list as a table for people or as objects for programs. */
#pragma once

#include "base/arena.h"
#include "cli/objects.h"
#include "cli/table.h"
#include "kube/decode.h"

struct show {
	struct session *session;
	enum format format;
	enum api_kind kind;
	const char *name; /* of the kind, for -o name */
	struct table table;
	struct objects objects;
	struct arena arena;
	const json_t *object;   /* the one that is shown now … */
	struct decoded decoded; /* … and decoded */
	bool at_once;           /* rows are printed page by page; else at the end, sorted */
	int64_t now_ms;
	enum rc failed;
	void *self;
	/* Whether it is shown: for programs too. May be NULL. The object is decoded. */
	bool (*wanted)(const struct show *sh);
	enum rc (*row)(struct show *sh); /* adds the row of sh->decoded */
};

/* Lists all objects of the kind in the session's namespace (none: of all), and prints them.
 * nothing: what to say on stderr where none is wanted. */
enum rc show_list(struct show *sh, const char *const *titles, uint32_t ntitles, const char *nothing,
		  struct err *e) must_use;
/* The state of a job in words and how it looks; a job that no coordinator has seen is "New". */
const char *show_job_state(enum job_state st);
enum colour show_job_colour(enum job_state st);
