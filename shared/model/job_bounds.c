/* SPDX-License-Identifier: Apache-2.0 */
#include "model/job_bounds.h"

#include <string.h>

#include "base/mem.h"
#include "base/runs.h"

static bool fits(const char *s, size_t max)
{
	return strnlen(str_or_empty(s), max + 1) <= max;
}

static uint32_t within(uint32_t v, uint32_t min, uint32_t max)
{
	return v < min ? min : v > max ? max : v;
}

static int64_t seconds(int64_t s)
{
	return s < -1 ? -1 : s > INT32_MAX ? INT32_MAX : s;
}

static void bound_numbers(struct job_spec *s)
{
	s->parallelism = within(s->parallelism, 1, PARALLELISM_MAX);
	s->completions = within(job_completions(s), 1, COMPLETIONS_MAX);
	s->parallelism = job_at_once(s);
	s->min_parallelism = within(s->min_parallelism, 1, s->parallelism);
	s->per_node = within(s->per_node, 1, PER_NODE_MAX);
	s->priority = s->priority < -PRIORITY_MAX  ? -PRIORITY_MAX
		      : s->priority > PRIORITY_MAX ? PRIORITY_MAX
						   : s->priority;
	s->backoff_limit = within(s->backoff_limit, 0, INT32_MAX);
	s->failures_fail_index = within(s->failures_fail_index, 0, INT32_MAX + 1U);
	s->failed_indexes_fail =
		s->failures_fail_index ? within(s->failed_indexes_fail, 0, COMPLETIONS_MAX + 1) : 0;
	s->max_unavailable = within(s->max_unavailable, 0, PARALLELISM_MAX);
	s->active_deadline_s = seconds(s->active_deadline_s);
	s->ttl_s = seconds(s->ttl_s);
	s->start_deadline_s = s->start_deadline_s < 0 ? 0 : seconds(s->start_deadline_s);
	s->grace_s = s->grace_s < 0 ? 1 : seconds(s->grace_s);
}

/* ---- lists: true if they are within their bounds ---- */

static bool selector_fits(const struct kvs *l, struct buf *why)
{
	if (l->n > SELECTOR_MAX) {
		buf_printf(why, "spec.nodeSelector has %u labels, at most %d are taken", l->n,
			   SELECTOR_MAX);
		return false;
	}
	for (uint32_t i = 0; i < l->n; i++) {
		if (fits(l->v[i].key, LABEL_KEY_MAX) && fits(l->v[i].val, LABEL_VALUE_MAX))
			continue;
		buf_puts(why, "spec.nodeSelector has a key or value that is too long for a label");
		return false;
	}
	return true;
}

/* The name of what is too much of the expression, or NULL. */
static const char *expr_fault(const struct sel_expr *x)
{
	if (!fits(x->key, LABEL_KEY_MAX))
		return "a key that is too long for a label";
	if (x->values.n > EXPR_VALUES_MAX)
		return "an expression with more than 64 values";
	for (uint32_t i = 0; i < x->values.n; i++) {
		if (!fits(x->values.v[i], LABEL_VALUE_MAX))
			return "a value that is too long for a label";
	}
	return NULL;
}

static const char *term_fault(const struct sel_term *t, uint32_t *values)
{
	if (t->n > EXPRS_MAX)
		return "a term with more than 16 expressions";
	for (uint32_t i = 0; i < t->n; i++) {
		const char *fault = expr_fault(&t->v[i]);
		if (fault)
			return fault;
		*values += t->v[i].values.n;
	}
	return *values > AFFINITY_VALUES_MAX ? "more than 2048 values in all its expressions"
					     : NULL;
}

static bool affinity_fits(const struct job_spec *s, struct buf *why)
{
	uint32_t values = 0;
	bool many = s->nterms > TERMS_MAX || s->npreferred > PREFERRED_MAX;
	const char *fault = many ? "more than 16 terms" : NULL;
	for (uint32_t i = 0; !fault && i < s->nterms; i++)
		fault = term_fault(&s->terms[i], &values);
	for (uint32_t i = 0; !fault && i < s->npreferred; i++)
		fault = term_fault(&s->preferred[i].term, &values);
	if (fault)
		buf_printf(why, "spec.nodeAffinity has %s", fault);
	return !fault;
}

static bool tolerations_fit(const struct job_spec *s, struct buf *why)
{
	bool good = s->ntolerations <= TOLERATIONS_MAX;
	for (uint32_t i = 0; good && i < s->ntolerations; i++)
		good = fits(s->tolerations[i].key, LABEL_KEY_MAX) &&
		       fits(s->tolerations[i].value, LABEL_VALUE_MAX);
	if (!good)
		buf_printf(why,
			   "spec.tolerations has more than %d entries, or a key or value that "
			   "is too long for a taint",
			   TOLERATIONS_MAX);
	return good;
}

static bool requests_fit(const struct reslist *l, struct buf *why)
{
	bool good = l->n <= REQUESTS_MAX;
	for (uint32_t i = 0; good && i < l->n; i++)
		good = fits(l->v[i].name, LABEL_KEY_MAX);
	if (!good)
		buf_printf(why,
			   "the pod requests more than %d resources, or one whose name is too "
			   "long",
			   REQUESTS_MAX);
	return good;
}

static bool dependencies_fit(const struct job_spec *s, struct buf *why)
{
	bool good = s->ndepends_on <= DEPENDENCIES_MAX;
	for (uint32_t i = 0; good && i < s->ndepends_on; i++)
		good = fits(s->depends_on[i].name, JOB_NAME_MAX);
	if (!good)
		buf_printf(why,
			   "spec.dependsOn has more than %d entries, or a name that is too long "
			   "for a job",
			   DEPENDENCIES_MAX);
	return good;
}

/* batch/v1's validateSuccessPolicy, but that the indexes of all rules together have the bound of
 * one there. */
static bool success_fits(const struct job_spec *s, struct buf *why)
{
	size_t bytes = 0;
	bool good = s->nsuccess <= SUCCESS_RULES_MAX;
	for (uint32_t i = 0; good && i < s->nsuccess; i++) {
		AUTO(runs_done) struct runs r = {0};
		const struct success_rule *x = &s->success[i];
		bytes += x->indexes ? strlen(x->indexes) : 0; /* of an object: 3 MiB at most */
		good = (x->indexes || x->counted) && bytes <= SUCCESS_BYTES_MAX &&
		       (!x->indexes || runs_parse(&r, x->indexes, COMPLETIONS_MAX - 1) == RC_OK);
	}
	if (!good)
		buf_printf(why,
			   "spec.successPolicy has more than %d rules, one without "
			   "succeededIndexes and succeededCount, or indexes that are not as "
			   "\"0,2-5\", ascending and below %d, or more than %d bytes of them",
			   SUCCESS_RULES_MAX, COMPLETIONS_MAX, SUCCESS_BYTES_MAX);
	return good;
}

bool job_bound(struct job *j, struct buf *why)
{
	struct job_spec *s = &j->spec;
	bound_numbers(s);
	j->status.attempts = within(j->status.attempts, 0, ATTEMPT_MAX);
	bool selector = selector_fits(&s->node_selector, why);
	bool affinity = selector && affinity_fits(s, why);
	bool tolerations = affinity && tolerations_fit(s, why);
	bool requests = tolerations && requests_fit(&s->requests, why);
	j->status.nsatisfied = within(j->status.nsatisfied, 0, DEPENDENCIES_MAX);
	if (requests && dependencies_fit(s, why) && success_fits(s, why))
		return true;
	s->node_selector = (struct kvs){0};
	s->nterms = s->npreferred = s->ntolerations = s->ndepends_on = s->nsuccess = 0;
	s->requests = (struct reslist){0};
	return false;
}
