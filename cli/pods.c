/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/pods.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/text.h"
#include "kube/js.h"
#include "model/member.h"

/* The annotation has the names of the user's containers, with commas between them. */
static char *container_of(const struct pick *p, const json_t *o)
{
	const char *names = js_str(js_path(o, "metadata", "annotations"), ANNOTATION_CONTAINERS);
	const json_t *list = js_path(o, "spec", "containers");
	if (p->container)
		return mem_strdup(p->container);
	if (names && *names)
		return mem_strndup(names, strcspn(names, ","));
	return mem_strdup(js_str(json_array_get(list, 0), "name"));
}

static bool on_pod(void *self, json_t *o)
{
	struct pick *p = self;
	const json_t *meta = json_object_get(o, "metadata"),
		     *labels = json_object_get(meta, "labels");
	uint32_t index, attempt;
	if (!text_number(str_or_empty(js_str(labels, LABEL_INDEX)), COMPLETIONS_MAX, &index) ||
	    !text_number(str_or_empty(js_str(labels, LABEL_ATTEMPT)), ATTEMPT_MAX, &attempt))
		return true;
	if ((p->indexes.n && !runs_has(&p->indexes, index)) || p->n == PICKED_MAX)
		return true;
	VEC_GROW(p->v, p->n, p->cap);
	p->v[p->n++] = (struct picked){.index = index,
				       .attempt = attempt,
				       .pod = mem_strdup(js_str(meta, "name")),
				       .container = container_of(p, o)};
	return true;
}

/* By index, the newest attempt first. */
static int by_index(const void *pa, const void *pb)
{
	const struct picked *a = pa, *b = pb;
	if (a->index != b->index)
		return a->index < b->index ? -1 : 1;
	return a->attempt > b->attempt ? -1 : a->attempt < b->attempt;
}

static void drop(struct picked *t)
{
	free(t->pod);
	free(t->container);
}

/* age: how many newer attempts of the index there are. */
static bool meant(const struct pick *p, const struct picked *t, int64_t age)
{
	return p->attempt > 0 ? t->attempt == p->attempt : -p->attempt == age;
}

static void keep_meant(struct pick *p)
{
	uint32_t kept = 0, all = p->n;
	for (uint32_t i = 0; i < all;) {
		uint32_t index = p->v[i].index, before = kept;
		for (int64_t age = 0; i < all && p->v[i].index == index; i++, age++) {
			if (meant(p, &p->v[i], age))
				p->v[kept++] = p->v[i];
			else
				drop(&p->v[i]);
		}
		p->left_out += kept == before;
	}
	p->n = kept;
}

enum rc pick_pods(struct session *s, const char *ns, const char *uid, struct pick *p, struct err *e)
{
	AUTO(buf_done) struct buf labels = BUF_INIT(1000);
	buf_printf(&labels, LABEL_JOB_UID "=%s", uid);
	struct list_query q = {.kind = API_POD,
			       .ns = ns,
			       .label_selector = buf_str(&labels),
			       .self = p,
			       .on_item = on_pod};
	enum rc rc = session_list(s, &q, e);
	if (p->n)
		qsort(p->v, p->n, sizeof *p->v, by_index);
	keep_meant(p);
	return rc;
}

void pick_done(struct pick *p)
{
	for (uint32_t i = 0; i < p->n; i++)
		drop(&p->v[i]);
	free(p->v);
	runs_done(&p->indexes);
	*p = (struct pick){0};
}
