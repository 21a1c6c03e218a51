/* SPDX-License-Identifier: Apache-2.0 */
/* A job's spec from KEY=VALUE words; what is not named stays as it is. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "test/sim/stories/runner/parts.h"
#include "test/sim/world/copy.h"

/* What the containers do and ask for; a change of any of it is a change of the template. */
static const struct {
	const char *key;
	enum { IS_TEXT, IS_MS, IS_MILLI } kind;
	const char *otherwise; /* NULL: left out */
} template_keys[] = {
	{"run", IS_MS, "1s"},     {"exit", IS_TEXT, "0"},      {"fails", IS_TEXT, "0"},
	{"bad", IS_TEXT, NULL},   {"cpu", IS_MILLI, "100m"},   {"memory", IS_MILLI, "1"},
	{"gpu", IS_MILLI, NULL},  {"v", IS_TEXT, "1"},         {"refuse", IS_TEXT, NULL},
	{"pull", IS_MS, NULL},    {"config", IS_MS, NULL},     {"mount", IS_MS, NULL},
	{"oom", IS_TEXT, NULL},   {"says", IS_TEXT, NULL},     {"term", IS_TEXT, NULL},
	{"stop", IS_MS, NULL},    {"late", IS_MS, NULL},       {"tolseconds", IS_TEXT, NULL},
	{"ask", IS_TEXT, NULL},   {"evict", IS_TEXT, NULL},    {"sysctl", IS_TEXT, NULL},
	{"init", IS_MS, NULL},    {"initexit", IS_TEXT, NULL}, {"sidecar", IS_MS, NULL},
	{"inject", IS_MS, NULL},  {"second", IS_TEXT, NULL},   {"ready", IS_MS, NULL},
	{"spelt", IS_TEXT, NULL}, {"port", IS_TEXT, NULL},     {"runtime", IS_TEXT, NULL},
	{"claim", IS_TEXT, NULL},
};

static const char *template_value(struct arena *a, size_t i, const struct words *w)
{
	const char *key = template_keys[i].key;
	if (!option(w, key) || template_keys[i].kind == IS_TEXT)
		return option(w, key);
	int64_t n = template_keys[i].kind == IS_MS ? option_ms(w, key, 0) : option_milli(w, key, 0);
	return arena_printf(a, "%lld", (long long)n);
}

static void set_template(struct story *st, struct version *v, const struct words *w)
{
	AUTO(buf_done) struct buf text = BUF_INIT(1024);
	const char *was = str_or_empty(v->job.spec.template_text);
	struct words old = words_split(&st->arena, was, strlen(was));
	for (size_t i = 0; i < ARRAY_LEN(template_keys); i++) {
		const char *key = template_keys[i].key;
		const char *s = template_value(&st->arena, i, w);
		s = s ? s : option(&old, key);
		if (!s && template_keys[i].otherwise) {
			const char *def =
				arena_printf(&st->arena, "%s=%s", key, template_keys[i].otherwise);
			s = template_value(&st->arena, i, &(struct words){.v = {def}, .n = 1});
		}
		if (s)
			buf_printf(&text, "%s%s=%s", text.len ? " " : "", key, s);
	}
	user_set_template(st->world, v, buf_str(&text));
}

/* "key=value", "key", each with or without ":Effect", of a toleration also ":Effect:SECONDS". */
struct taint story_taint(struct arena *a, const char *s)
{
	static const char *const effects[] = {"", "NoSchedule", "PreferNoSchedule", "NoExecute"};
	size_t len = strcspn(s, ":"), eq = strcspn(s, "=:");
	size_t effect = s[len] ? strcspn(s + len + 1, ":") : 0;
	struct taint t = {.key = arena_strndup(a, s, eq), .value = ""};
	if (s[eq] == '=')
		t.value = arena_strndup(a, s + eq + 1, len - eq - 1);
	for (int i = 1; s[len] && i < (int)ARRAY_LEN(effects); i++) {
		if (strlen(effects[i]) == effect && !strncmp(s + len + 1, effects[i], effect))
			t.effect = (enum taint_effect)i;
	}
	return t;
}

/* "key=value:weight,key=value:weight" */
static void set_preferred(struct job_spec *spec, struct arena *a, const char *s)
{
	struct sel_preference *v = arena_alloc(a, PREFERRED_MAX * sizeof *v);
	if (!s)
		return;
	spec->preferred = v;
	spec->npreferred = 0;
	for (; *s && spec->npreferred < PREFERRED_MAX; s += strcspn(s, ","), s += *s == ',') {
		struct sel_expr *x = arena_alloc(a, sizeof *x);
		const char **value = arena_alloc(a, sizeof *value);
		size_t eq = strcspn(s, "="), colon = strcspn(s, ":");
		*value = arena_strndup(a, s + eq + 1, colon - eq - 1);
		*x = (struct sel_expr){arena_strndup(a, s, eq), SEL_IN, {value, 1}};
		v[spec->npreferred++] =
			(struct sel_preference){(uint32_t)strtoul(s + colon + 1, NULL, 10), {x, 1}};
	}
}

static void set_selection(struct version *v, const struct words *w)
{
	const char *sel = option(w, "selector"), *tol = option(w, "tolerate");
	const char *aff = option(w, "affinity"); /* key=value,value */
	struct job_spec *spec = &v->job.spec;
	struct arena *a = &v->arena;
	size_t eq = sel ? strcspn(sel, "=") : 0;
	if (sel) {
		struct kv *kv = arena_alloc(a, sizeof *kv);
		*kv = (struct kv){arena_strndup(a, sel, eq),
				  arena_strdup(a, sel[eq] ? sel + eq + 1 : "")};
		spec->node_selector = (struct kvs){kv, *sel ? 1 : 0};
	}
	if (aff) {
		struct sel_expr *x = arena_alloc(a, sizeof *x);
		struct sel_term *t = arena_alloc(a, sizeof *t);
		const char **values = arena_alloc(a, EXPR_VALUES_MAX * sizeof *values);
		eq = strcspn(aff, "=");
		*x = (struct sel_expr){.key = arena_strndup(a, aff, eq), .values.v = values};
		for (const char *p = aff + eq; *p; p += 1 + strcspn(p + 1, ","))
			values[x->values.n++] = arena_strndup(a, p + 1, strcspn(p + 1, ","));
		*t = (struct sel_term){x, 1};
		spec->terms = t;
		spec->nterms = aff[eq] ? 1 : 0;
	}
	set_preferred(spec, a, option(w, "prefer"));
	if (tol) {
		struct toleration *t = arena_alloc(a, sizeof *t);
		struct taint what = story_taint(a, tol);
		const char *effect = strchr(tol, ':');
		const char *seconds = effect ? strchr(effect + 1, ':') : NULL;
		*t = (struct toleration){what.key,    what.value, !*what.value,
					 what.effect, seconds,    0};
		if (seconds)
			t->seconds = strtoll(seconds + 1, NULL, 10);
		spec->tolerations = t;
		spec->ntolerations = *tol ? 1 : 0;
	}
}

/* "name:Condition,name": without a condition it is Complete. */
static void set_dependencies(struct job_spec *spec, struct arena *a, const char *s)
{
	struct dependency *v = arena_alloc(a, DEPENDENCIES_MAX * sizeof *v);
	if (!s)
		return;
	spec->depends_on = v;
	spec->ndepends_on = 0;
	for (; *s && spec->ndepends_on < DEPENDENCIES_MAX; s += strcspn(s, ","), s += *s == ',') {
		size_t len = strcspn(s, ","), name = strcspn(s, ":,");
		const char *c = name < len ? arena_strndup(a, s + name + 1, len - name - 1) : "";
		v[spec->ndepends_on++] =
			(struct dependency){arena_strndup(a, s, name), dependency_parse(c)};
	}
}

static void set_updates(struct job_spec *spec, const struct words *w)
{
	const char *most = option(w, "unavailable");
	if (option(w, "update"))
		spec->update =
			str_eq(option(w, "update"), "Recreate") ? UPDATE_RECREATE : UPDATE_ROLLING;
	if (most) {
		spec->max_unavailable = (uint32_t)strtoul(most, NULL, 10);
		spec->max_unavailable_percent = strchr(most, '%') != NULL;
	}
}

/* success=INDEXES[:COUNT], INDEXES "-" for all. */
static void set_success(struct job_spec *spec, struct version *v, const struct words *w)
{
	const char *s = option(w, "success");
	if (!s)
		return;
	struct success_rule *r = arena_alloc(&v->arena, sizeof *r);
	size_t n = strcspn(s, ":");
	*r = (struct success_rule){.indexes = *s == '-' ? NULL : arena_strndup(&v->arena, s, n),
				   .counted = s[n] == ':',
				   .count = s[n] ? (uint32_t)strtoul(s + n + 1, NULL, 10) : 0};
	spec->success = r;
	spec->nsuccess = *s ? 1 : 0;
}

void story_set_spec(struct story *st, struct version *v, const struct words *w)
{
	struct job_spec *spec = &v->job.spec;
	const char *loss = option(w, "loss");
	bool whole = spec->min_parallelism == spec->parallelism; /* minParallelism is not given */
	spec->completions = (uint32_t)option_whole(w, "completions", spec->completions);
	spec->parallelism = (uint32_t)option_whole(w, "parallelism", spec->parallelism);
	spec->per_node = (uint32_t)option_whole(w, "pernode", spec->per_node);
	uint32_t min = whole ? spec->parallelism : spec->min_parallelism;
	min = (uint32_t)option_whole(w, "min", min);
	spec->min_parallelism = min < spec->parallelism ? min : spec->parallelism;
	spec->backoff_limit = (uint32_t)option_whole(w, "backoff", spec->backoff_limit);
	spec->failures_fail_index =
		(uint32_t)option_whole(w, "perindex", spec->failures_fail_index - 1LL) + 1;
	spec->failed_indexes_fail =
		(uint32_t)option_whole(w, "mostfailed", spec->failed_indexes_fail - 1LL) + 1;
	if (option(w, "perindex") && !option(w, "backoff"))
		spec->backoff_limit = INT32_MAX;
	spec->priority = (int32_t)option_whole(w, "priority", spec->priority);
	spec->active_deadline_s = option_whole(w, "deadline", spec->active_deadline_s);
	spec->names = option_whole(w, "names", spec->parallelism > 1);
	spec->start_deadline_s = option_whole(w, "startby", spec->start_deadline_s);
	spec->ttl_s = option_whole(w, "ttl", spec->ttl_s);
	if (loss)
		spec->on_node_loss = str_eq(loss, "Wait")   ? LOSS_WAIT
				     : str_eq(loss, "Fail") ? LOSS_FAIL
							    : LOSS_REPLACE;
	spec->credentials |= option(w, "credentials") != NULL;
	spec->suspend = option_whole(w, "suspend", spec->suspend) != 0;
	if (option(w, "invalid"))
		spec->invalid =
			*option(w, "invalid") ? copy_str(&v->arena, option(w, "invalid")) : NULL;
	if (option(w, "doubt"))
		spec->doubt = *option(w, "doubt") ? copy_str(&v->arena, option(w, "doubt")) : NULL;
	set_dependencies(spec, &v->arena, option(w, "after"));
	set_updates(spec, w);
	set_success(spec, v, w);
	set_selection(v, w);
	set_template(st, v, w);
}

void story_reset_spec(struct job_spec *spec)
{
	*spec = (struct job_spec){.parallelism = 1,
				  .min_parallelism = 1,
				  .backoff_limit = 6,
				  .active_deadline_s = -1,
				  .grace_s = LEASE_GRACE_MS / 1000,
				  .ttl_s = -1,
				  .max_unavailable = 1};
}
