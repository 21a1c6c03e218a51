/* SPDX-License-Identifier: Apache-2.0 */
/* A dead webhook fails every create of a pod with 500. Who asks for the same pod again and again
 * must have told why by then: status has the server's words. */
#include "test/sim/checks/failing.h"
#include "test/sim/checks/mind.h"
#include "test/sim/cluster/proc.h"

#include <stdlib.h>
#include <string.h>

enum { FAILING_MS = 9000, LEADS_MS = 15000 };

struct failing { /* a pod whose creates fail */
	UT_hash_handle hh;
	char *key;        /* who, namespace and name */
	int64_t since_ms; /* the first of them */
};

void check_failing_free(struct checks *c)
{
	struct failing *f, *next;
	HASH_ITER (hh, c->failing, f, next) {
		HASH_DEL(c->failing, f);
		free(f->key);
		free(f);
	}
}

/* Since when this process asks in vain for this pod. */
static int64_t since(struct checks *c, const char *who, const struct pod_create *p)
{
	AUTO(buf_done) struct buf key = BUF_INIT(512);
	struct failing *f;
	buf_printf(&key, "%s %s/%s", who, p->ns, p->name);
	HASH_FIND_STR(c->failing, buf_str(&key), f);
	if (!f) {
		f = mem_zalloc(1, sizeof *f);
		f->key = buf_steal(&key);
		f->since_ms = c->world->clock.now_ms;
		HASH_ADD_KEYPTR(hh, c->failing, f->key, strlen(f->key), f);
	}
	return f->since_ms;
}

/* A leader that was in no doubt knows the job as it is, and hears the node. */
static bool known(struct checks *c, const struct version *job, const char *node)
{
	return !conns_rough(c->world->conns) && !check_changed_lately(c, job->meta.uid) &&
	       c->world->clock.now_ms >= c->led_ms + LEADS_MS && !check_faulty(c, node) &&
	       mind_answers(c, node, LEADS_MS);
}

void check_failing(struct checks *c, const char *who, const struct pod_create *p)
{
	struct world *w = c->world;
	const struct version *v = world_by_uid(w, API_JOB, p->job_uid);
	if (!w->server.webhook_dead) {
		check_failing_free(c);
		return;
	}
	int64_t ms = w->clock.now_ms - since(c, who, p);
	if (ms < FAILING_MS || !v || v->meta.deleted_ms || v->job.spec.suspend ||
	    check_final(v->job.status.state) || check_status_refused(c, v->meta.name) ||
	    !known(c, v, p->node))
		return;
	if (!str_eq(v->job.status.reason, "FailedCreate") ||
	    !strstr(str_or_empty(v->job.status.message), w->server.webhook_dead))
		world_fail(w, "unsaid-failing",
			   "%s asks in vain for pod %s for %lld ms, status of %s says \"%s: %s\"",
			   who, p->name, (long long)ms, v->meta.name,
			   str_or_empty(v->job.status.reason), str_or_empty(v->job.status.message));
}
