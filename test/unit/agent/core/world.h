/* SPDX-License-Identifier: Apache-2.0 */
/* A small language for tests of the agent's core: events on time that the test moves, and what the
 * core wants done as one line of text (did), which expect() compares and empties. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "agent/core/core.h"
#include "base/buf.h"
#include "base/mem.h"

struct world {
	struct agent_core *c;
	int64_t now, unheard;
	struct buf did; /* "create:POD " "drop:HASH " "report " */
};

/* An agent of node n1 that launches; or that may not. The group's setup and teardown. */
int setup(void **state);
int setup_no_launch(void **state);
int teardown(void **state);

/* ---- events ---- */

void step(struct world *w, struct agent_event ev);
void orders(struct world *w, uint64_t epoch, const struct order *v, uint32_t n);
/* The text of hash "h" has come. */
void template(struct world *w);
void synced(struct world *w);
void pod(struct world *w, const struct pod *p);
void gone(struct world *w, const char *ns, const char *name, const char *uid);
/* The answer to the create of ns/name; the pod as made, or as read after EXISTS. */
void created(struct world *w, const char *name, enum rc rc, const struct pod *p,
	     int64_t retry_after);
/* The answer to the read of ns/p. */
void was_read(struct world *w, enum rc rc, const struct pod *p);
void tick(struct world *w, int64_t now);

/* ---- what they speak of ---- */

/* Attempt of member 0 of job J, its template "h". */
struct order order_of(const char *pod, uint32_t attempt);
/* Member 0, attempt 1 of job J on n1. */
struct pod member_pod(const char *name, const char *uid, enum pod_phase phase);
struct pod foreign_pod(const char *name, const struct res *v, uint32_t n);

/* ---- what comes of it ---- */

/* What the core wanted done since: "create:POD ", "read:POD ", "drop:HASH ", "report ". */
void expect(struct world *w, const char *text);
/* What changed, as agent_core_changes shows it; it is told then. */
bool changes(struct world *w, uint32_t max, struct capacity *cap, bool *has,
	     const struct member **v, uint32_t *n);
/* "pod/uid:Phase " of what is to be told; "+cap" when the capacity is. */
void expect_told(struct world *w, const char *text);
/* The same of all that is known. */
void expect_snapshot(struct world *w, const char *text);

/* ---- beginnings ---- */

/* Synced, nothing to do. */
void ready(struct world *w);
/* One order with its template, its create is out. */
void launching(struct world *w);
