/* SPDX-License-Identifier: Apache-2.0 */
/* kubectl muster cancel, hold, release, drain and resume. Each object is asked about alone; one
 * that fails does not keep the others from it, and the first error is that of the command. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/objects.h"
#include "cli/submit.h"
#include "kube/js.h"

#define JOB "computejob.muster.dev"
#define NODE "computenode.muster.dev"

enum { REASON_MAX = 1024 };

struct verb {
	enum change change;
	enum api_kind kind;
	const char *what; /* as kubectl names it */
	const char *body, *done;
	const char *field; /* of the spec; NULL: it is no matter of one */
	bool value;        /* what it becomes */
};

static const char *namespace_of(const struct session *s, const struct verb *v)
{
	return v->kind == API_JOB ? s->ns : "";
}

/* The API server counts a patch that changes nothing as done; people want to know. */
static bool was_so(struct session *s, const struct verb *v, const char *name)
{
	AUTO(js_freep) json_t *o = NULL;
	struct err e;
	if (!v->field || session_get(s, v->kind, namespace_of(s, v), name, &o, &e) != RC_OK)
		return false;
	return js_bool(json_object_get(o, "spec"), v->field) == v->value;
}

/* What still runs on a node that takes no more. */
static void put_members(struct buf *out, const struct verb *v, const json_t *o)
{
	int64_t n = js_int(json_object_get(o, "status"), "members", 0);
	if (v->kind == API_COMPUTE_NODE && v->value && n > 0)
		buf_printf(out, ": %lld members run on until they end; kubectl drain moves them",
			   (long long)n);
}

static enum rc one(struct session *s, const struct verb *v, const char *name, struct err *e)
{
	AUTO(js_freep) json_t *o = NULL;
	struct buf *out = &s->out.b;
	struct change_request c = {.change = v->change,
				   .kind = v->kind,
				   .ns = namespace_of(s, v),
				   .name = name,
				   .body = v->body,
				   .dry_run = session_flag(s, FLAG_DRY_RUN) != NULL};
	bool so = was_so(s, v, name);
	enum rc rc = session_change(s, &c, &o, e);
	if (rc != RC_OK)
		return rc;
	buf_printf(out, "%s/%s %s%s", v->what, name, v->done, so ? " already" : "");
	put_members(out, v, o);
	buf_puts(out, c.dry_run ? " (dry run: nothing was changed)\n" : "\n");
	return RC_OK;
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
	static const struct verb v = {CHANGE_DELETE, API_JOB, JOB, NULL, "canceled", NULL, false};
	for (uint32_t i = 0; i < s->line->nwords; i++) {
		if (strchr(job_word(s->line->words[i]), '/'))
			return err_set(e, RC_BADREQUEST,
				       "%.100s: one index of a job cannot be canceled; cancel the "
				       "job, or take indexes away with kubectl scale",
				       s->line->words[i]);
	}
	return each(s, &v, e);
}

enum rc hold_run(struct session *s, struct err *e)
{
	static const struct verb v = {CHANGE_PATCH, API_JOB,   JOB, "{\"spec\":{\"suspend\":true}}",
				      "held",       "suspend", true};
	return each(s, &v, e);
}

enum rc release_run(struct session *s, struct err *e)
{
	static const struct verb v = {
		CHANGE_PATCH, API_JOB,   JOB,  "{\"spec\":{\"suspend\":false}}",
		"released",   "suspend", false};
	return each(s, &v, e);
}

/* A ComputeNode that is cordoned takes no new members and keeps those that run: it is Draining,
 * then Drained, as a node of Slurm. The reason stands in an annotation, since Muster writes the
 * status. */
enum rc drain_run(struct session *s, struct err *e)
{
	AUTO(buf_done) struct buf body = BUF_INIT(16 * 1024);
	const char *reason = session_flag(s, FLAG_REASON);
	struct verb v = {CHANGE_PATCH, API_COMPUTE_NODE, NODE, NULL,
			 "drains",     "unschedulable",  true};
	if (!reason || !*reason)
		return err_set(e, RC_BADREQUEST,
			       "say why, for those who find it drained: --reason \"bad fan\"");
	if (strlen(reason) > REASON_MAX)
		return err_set(e, RC_BADREQUEST, "--reason has more than %d bytes; write less",
			       REASON_MAX);
	buf_puts(&body, "{\"metadata\":{\"annotations\":{\"" ANNOTATION_DRAIN_REASON "\":\"");
	buf_put_json(&body, reason);
	buf_puts(&body, "\"}},\"spec\":{\"unschedulable\":true}}");
	v.body = buf_str(&body);
	return each(s, &v, e);
}

enum rc resume_run(struct session *s, struct err *e)
{
	static const struct verb v = {CHANGE_PATCH,
				      API_COMPUTE_NODE,
				      NODE,
				      "{\"metadata\":{\"annotations\":{\"" ANNOTATION_DRAIN_REASON
				      "\":null}},\"spec\":{\"unschedulable\":false}}",
				      "takes members again",
				      "unschedulable",
				      false};
	return each(s, &v, e);
}
