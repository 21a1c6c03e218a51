/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of stories: one being told. The verbs are listed in stories/README.md. */
#pragma once

#include "test/sim/people/stranger.h"
#include "test/sim/people/user.h"
#include "test/sim/sim.h"
#include "test/sim/stories/runner/words.h"

struct kept { /* a job as a user read it, to be written back later */
	const char *name;
	struct version *v;
};

enum { STORY_KEPT_MAX = 8 };

struct story {
	const char *path;
	struct buf text;   /* the file */
	struct buf script; /* up to its log section */
	struct arena arena;
	struct cluster_config cfg;
	struct sim *sim; /* NULL until the first line with a time */
	struct cluster *cluster;
	struct world *world; /* the cluster's */
	uint32_t line;
	bool trace;
	struct buf *page; /* where "show" writes; NULL: nowhere */
	struct kept kept[STORY_KEPT_MAX];
	struct stranger stranger;
	uint32_t nkept, refused; /* refused: what users asked for and the API server did not do */
};

/* Each carries out "at TIME DEED …"; false: these words are no deed of its kind. */
bool story_on_job(struct story *st, const struct words *w, const char *deed);
bool story_on_server(struct story *st, const struct words *w, const char *deed);
bool story_on_node(struct story *st, const struct words *w, const char *deed);
bool story_on_needed(struct story *st, const struct words *w, const char *deed);
bool story_on_process(struct story *st, const struct words *w, const char *deed);
/* The options among the words change the job's spec; the others of it stay. */
void story_set_spec(struct story *st, struct version *v, const struct words *w);
void story_reset_spec(struct job_spec *spec); /* the defaults */
/* "key[=value][:Effect]"; without an effect: EFFECT_ANY. */
struct taint story_taint(struct arena *a, const char *s);
/* "show TIME job|node NAME": what kubectl shows of it, onto the page. RC_INVALID: there is none. */
enum rc story_show(struct story *st, const struct words *w, struct err *e) must_use;
/* The heading and the text that a page has for a story whose file begins like this. */
void story_page_head(struct buf *page, const char *text);
/* "expect TIME …"; RC_INVALID: it is otherwise, or nothing can be expected like that. */
enum rc story_expect(struct story *st, const struct words *w, struct err *e) must_use;
