/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/checks/line.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const struct log_kv *value(const struct line *l, const char *key)
{
	for (size_t i = 0; i < l->n; i++) {
		if (str_eq(l->kv[i].key, key))
			return &l->kv[i];
	}
	return NULL;
}

const char *line_text(const struct line *l, const char *key)
{
	const struct log_kv *kv = value(l, key);
	return kv ? str_or_empty(kv->str) : "";
}

int64_t line_number(const struct line *l, const char *key)
{
	const struct log_kv *kv = value(l, key);
	return kv ? kv->num : 0;
}

struct line line_of(const struct mind *m, const struct log_kv *kv, size_t n)
{
	struct line l = {.kv = kv, .n = n};
	AUTO(buf_done) struct buf ns = BUF_INIT(256);
	l.job_key = line_text(&l, "job");
	l.node = line_text(&l, "node");
	l.why = line_text(&l, "why");
	l.index = (uint32_t)line_number(&l, "member");
	l.attempt = (uint32_t)line_number(&l, "attempt");
	const char *slash = strchr(l.job_key, '/');
	if (!slash)
		return l;
	buf_put(&ns, l.job_key, (size_t)(slash - l.job_key));
	const struct known_version *k = mind_find(m, API_JOB, buf_str(&ns), slash + 1);
	l.job = k ? k->v : NULL;
	return l;
}

const struct version *line_pod(const struct world *w, const struct line *l, const char *uid)
{
	const struct shelf *sh = &w->server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		if (str_eq(check_label(sh->v[i], LABEL_JOB_UID), uid) &&
		    strtoul(check_label(sh->v[i], LABEL_INDEX), NULL, 10) == l->index &&
		    strtoul(check_label(sh->v[i], LABEL_ATTEMPT), NULL, 10) == l->attempt)
			return sh->v[i];
	}
	return NULL;
}
