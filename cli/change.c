/* SPDX-License-Identifier: Apache-2.0 */
/* kubectl muster cancel, hold and release. Each job is asked about alone; one that fails does not
 * keep the others from it, and the first error is that of the command. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/objects.h"
#include "cli/submit.h"
#include "kube/js.h"

struct verb {
	enum change change;
	const char *body, *done;
	int suspend; /* what spec.suspend becomes; -1: it is no matter of it */
};

/* The API server counts a patch that changes nothing as done; people want to know. */
static bool was_so(struct session *s, const struct verb *v, const char *name)
{
	AUTO(js_freep) json_t *o = NULL;
	struct err e;
	if (v->suspend < 0 || session_get(s, API_JOB, s->ns, name, &o, &e) != RC_OK)
		return false;
	return js_bool(json_object_get(o, "spec"), "suspend") == (v->suspend != 0);
}

static enum rc one(struct session *s, const struct verb *v, const char *name, struct err *e)
{
	struct change_request c = {.change = v->change,
				   .kind = API_JOB,
				   .ns = s->ns,
				   .name = name,
				   .body = v->body,
				   .dry_run = session_flag(s, FLAG_DRY_RUN) != NULL};
	bool so = was_so(s, v, name);
	enum rc rc = session_change(s, &c, NULL, e);
	if (rc == RC_OK)
		buf_printf(&s->out.b, "computejob.muster.dev/%s %s%s%s\n", name, so ? "was " : "",
			   v->done, c.dry_run ? " (dry run: nothing was changed)" : "");
	return rc;
}

static enum rc each(struct session *s, const struct verb *v, struct err *e)
{
	enum rc ret = RC_OK;
	for (uint32_t i = 0; i < s->line->nwords; i++) {
		struct err here = {""};
		enum rc rc = one(s, v, job_word(s->line->words[i]), &here);
		if (rc == RC_OK)
			continue;
		if (ret == RC_OK) {
			ret = rc;
			*e = here;
		} else {
			fprintf(stderr, "error: %s\n", here.msg);
		}
	}
	return ret;
}

/* Its pods go with it: the API server's garbage collector deletes them. */
enum rc cancel_run(struct session *s, struct err *e)
{
	static const struct verb v = {CHANGE_DELETE, NULL, "canceled", -1};
	for (uint32_t i = 0; i < s->line->nwords; i++) {
		if (strchr(job_word(s->line->words[i]), '/'))
			return err_set(e, RC_BADREQUEST,
				       "%.100s: one index of a job cannot be canceled; cancel the "
				       "job, or take "
				       "indexes away with kubectl scale",
				       s->line->words[i]);
	}
	return each(s, &v, e);
}

enum rc hold_run(struct session *s, struct err *e)
{
	static const struct verb v = {CHANGE_PATCH, "{\"spec\":{\"suspend\":true}}", "held", 1};
	return each(s, &v, e);
}

enum rc release_run(struct session *s, struct err *e)
{
	static const struct verb v = {CHANGE_PATCH, "{\"spec\":{\"suspend\":false}}", "released",
				      0};
	return each(s, &v, e);
}
