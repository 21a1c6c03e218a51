/* SPDX-License-Identifier: Apache-2.0 */
#include "test/unit/agent/core/world.h"

#include <stdlib.h>
#include <string.h>

static int setup_launch(void **state, bool launch)
{
	struct world *w = mem_zalloc(1, sizeof *w);
	struct agent_core_config cfg = {.node = "n1",
					.create_retry_base_ms = 200,
					.create_retry_cap_ms = 10000,
					.launch = launch};
	w->c = agent_core_new(&cfg, NULL, 1);
	w->did = BUF_INIT(1000000);
	w->now = 1000;
	*state = w;
	return 0;
}

int setup(void **state)
{
	return setup_launch(state, true);
}

int setup_no_launch(void **state)
{
	return setup_launch(state, false);
}

int teardown(void **state)
{
	struct world *w = *state;
	agent_core_free(w->c);
	buf_done(&w->did);
	free(w);
	return 0;
}

/* ---- steps ---- */

void step(struct world *w, struct agent_event ev)
{
	struct agent_actions acts;
	ev.now_ms = w->now;
	ev.unheard_ms = w->unheard;
	agent_core_step(w->c, &ev, &acts);
	for (uint32_t i = 0; i < acts.n; i++) {
		const struct agent_action *a = &acts.v[i];
		if (a->type == AACT_CREATE)
			buf_printf(&w->did, "create:%s ", a->create.name);
		else if (a->type == AACT_READ)
			buf_printf(&w->did, "read:%s ", a->read.name);
		else if (a->type == AACT_TEMPLATE_DROP)
			buf_printf(&w->did, "drop:%s ", a->template_name);
		else
			buf_puts(&w->did, "report ");
	}
}

void expect(struct world *w, const char *text)
{
	assert_string_equal(buf_str(&w->did), text);
	buf_reset(&w->did);
}

struct order order_of(const char *pod, uint32_t attempt)
{
	return (struct order){.ns = "ns",
			      .job_name = "job",
			      .job_uid = "J",
			      .pod = pod,
			      .pod_uid = "",
			      .attempt = attempt,
			      .parallelism = 1,
			      .template_hash = "h",
			      .launch = true};
}

void orders(struct world *w, uint64_t epoch, const struct order *v, uint32_t n)
{
	step(w,
	     (struct agent_event){.type = AEV_ORDERS, .orders = {.epoch = epoch, .v = v, .n = n}});
}

void template(struct world *w)
{
	step(w, (struct agent_event){.type = AEV_TEMPLATE, .template_name = "ns/h"});
}

void synced(struct world *w)
{
	step(w, (struct agent_event){.type = AEV_PODS_SYNCED});
}

static struct kv labels0[] = {{LABEL_INDEX, "0"}, {LABEL_ATTEMPT, "1"}, {LABEL_TEMPLATE, "h"}};

/* Member 0, attempt 1 of job J on n1. */
struct pod member_pod(const char *name, const char *uid, enum pod_phase phase)
{
	return (struct pod){.meta = {.ns = "ns",
				     .name = name,
				     .uid = uid,
				     .owner_kind = KIND_JOB_NAME,
				     .owner_name = "job",
				     .owner_uid = "J",
				     .labels = {labels0, ARRAY_LEN(labels0)}},
			    .node = "n1",
			    .phase = phase,
			    .started = phase != POD_PENDING,
			    .working = phase != POD_PENDING};
}

struct pod foreign_pod(const char *name, const struct res *v, uint32_t n)
{
	return (struct pod){.meta = {.ns = "kube-system", .name = name, .uid = name},
			    .node = "n1",
			    .phase = POD_RUNNING,
			    .requests = {v, n}};
}

void pod(struct world *w, const struct pod *p)
{
	step(w, (struct agent_event){.type = AEV_POD, .pod = p});
}

void gone(struct world *w, const char *ns, const char *name, const char *uid)
{
	struct meta m = {.ns = ns, .name = name, .uid = uid};
	step(w, (struct agent_event){.type = AEV_POD_GONE, .gone = &m});
}

void created(struct world *w, const char *name, enum rc rc, const struct pod *p,
	     int64_t retry_after)
{
	step(w, (struct agent_event){.type = AEV_CREATED,
				     .created = {.ns = "ns",
						 .name = name,
						 .rc = rc,
						 .reason = "Why",
						 .message = "words",
						 .retry_after_ms = retry_after,
						 .pod = p}});
}

void was_read(struct world *w, enum rc rc, const struct pod *p)
{
	step(w, (struct agent_event){.type = AEV_READ,
				     .created = {.ns = "ns",
						 .name = "p",
						 .rc = rc,
						 .reason = "Why",
						 .message = "words",
						 .pod = p}});
}

void tick(struct world *w, int64_t now)
{
	w->now = now;
	step(w, (struct agent_event){.type = AEV_TICK});
}

bool changes(struct world *w, uint32_t max, struct capacity *cap, bool *has,
	     const struct member **v, uint32_t *n)
{
	bool any = agent_core_changes(w->c, max, cap, has, v, n);
	agent_core_told(w->c);
	return any;
}

void expect_told(struct world *w, const char *text)
{
	AUTO(buf_done) struct buf b = BUF_INIT(10000);
	struct capacity cap;
	const struct member *v;
	uint32_t n;
	bool has;
	changes(w, 64, &cap, &has, &v, &n);
	for (uint32_t i = 0; i < n; i++)
		buf_printf(&b, "%s/%s:%s ", v[i].pod, v[i].pod_uid, member_phase_text(v[i].phase));
	if (has)
		buf_puts(&b, "+cap");
	assert_string_equal(buf_str(&b), text);
}

void expect_snapshot(struct world *w, const char *text)
{
	AUTO(buf_done) struct buf b = BUF_INIT(10000);
	struct capacity cap;
	const struct member *v;
	uint32_t n;
	agent_core_snapshot(w->c, &cap, &v, &n);
	agent_core_told(w->c);
	for (uint32_t i = 0; i < n; i++)
		buf_printf(&b, "%s/%s:%s ", v[i].pod, v[i].pod_uid, member_phase_text(v[i].phase));
	assert_string_equal(buf_str(&b), text);
}

/* Synced, nothing to do. */
void ready(struct world *w)
{
	synced(w);
	expect_told(w, "");
	buf_reset(&w->did);
}

/* One order with its template, its create is out. */
void launching(struct world *w)
{
	struct order o = order_of("p", 1);
	ready(w);
	template(w);
	orders(w, 5, &o, 1);
	expect(w, "create:p ");
}
