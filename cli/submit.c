/* SPDX-License-Identifier: Apache-2.0 */
/* kubectl muster submit. A file that begins with "#!" is a script, any other is YAML. All jobs of a
 * file are checked by the API server before the first is made. */
#include "cli/submit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/job_of_script.h"
#include "cli/objects.h"
#include "cli/yaml_in.h"
#include "kube/js.h"
#include "model/member.h"
#include "os/file.h"

enum { FILE_MAX = 3 * 1024 * 1024, JOBS_MAX = 1000 };

static enum rc read_stdin(struct buf *out, struct err *e)
{
	char chunk[64 * 1024];
	ssize_t n;
	while ((n = read(0, chunk, sizeof chunk)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, RC_BADREQUEST, "standard input");
		buf_put(out, chunk, (size_t)n);
		if (buf_rc(out) != RC_OK)
			return err_set(e, RC_BADREQUEST, "standard input has more than %d bytes",
				       FILE_MAX);
	}
	return RC_OK;
}

static enum rc read_source(const char *file, struct buf *out, struct err *e)
{
	if (!strcmp(file, "-"))
		return read_stdin(out, e);
	return file_read(file, out, e) == RC_OK ? RC_OK : RC_BADREQUEST;
}

/* The words behind the file, and then those behind "--". The caller frees the list. */
static const char **arguments(const struct cmdline *line, uint32_t *ret_n)
{
	uint32_t n = line->nwords - 1, rest = 0;
	while (line->rest && line->rest[rest])
		rest++;
	const char **v = mem_zalloc(n + rest + 1, sizeof *v);
	for (uint32_t i = 0; i < n; i++)
		v[i] = line->words[i + 1];
	for (uint32_t i = 0; i < rest; i++)
		v[n + i] = line->rest[i];
	*ret_n = n + rest;
	return v;
}

static enum rc of_script(struct session *s, const struct buf *text, json_t *jobs, struct err *e)
{
	uint32_t n = 0;
	AUTO(mem_freep) const char **args = arguments(s->line, &n);
	struct job_source from = {s->line->words[0], args, n};
	AUTO(buf_done) struct buf notes = BUF_INIT(64 * 1024);
	AUTO(script_done) struct script script;
	json_t *job = NULL;
	enum rc rc = script_parse(buf_str(text), text->len, &script, e);
	if (rc == RC_OK)
		rc = job_of_script(&script, &from, &job, &notes, e);
	if (rc != RC_OK)
		return err_wrap(e, rc, "%.200s", from.file);
	fputs(buf_str(&notes), stderr);
	json_array_append_new(jobs, job);
	return RC_OK;
}

/* The namespace of the object and of the command line must be the same, as for kubectl. */
static enum rc check_job(struct session *s, json_t *o, struct err *e)
{
	const char *kind = str_or_empty(js_str(o, "kind")),
		   *version = str_or_empty(js_str(o, "apiVersion"));
	json_t *meta = json_object_get(o, "metadata");
	const char *ns = js_str(meta, "namespace");
	if (!*kind && !*version)
		return err_set(
			e, RC_BADREQUEST,
			"it has no apiVersion and kind, and is no script, which begins with #!; "
			"submit takes a ComputeJob of " API_VERSION " or a script");
	if (strcmp(kind, KIND_JOB_NAME) != 0 || strcmp(version, API_VERSION) != 0)
		return err_set(e, RC_BADREQUEST,
			       "it is a %.60s %.60s; submit takes a ComputeJob of " API_VERSION
			       ", for others there is kubectl apply",
			       *version ? version : "text without apiVersion,", kind);
	if (!js_str(meta, "name") && !js_str(meta, "generateName"))
		return err_set(e, RC_BADREQUEST,
			       "the job has no name; write metadata.name or generateName");
	if (ns && session_flag(s, FLAG_NAMESPACE) && strcmp(ns, s->ns) != 0)
		return err_set(e, RC_BADREQUEST,
			       "the job's namespace is %.100s, and -n says %.100s; remove one", ns,
			       s->ns);
	return RC_OK;
}

static enum rc of_yaml(struct session *s, const struct buf *text, json_t *jobs, struct err *e)
{
	AUTO(js_freep) json_t *docs = NULL;
	AUTO(js_freep) json_t *lines = NULL;
	const char *file = s->line->words[0];
	if (s->line->nwords > 1 || s->line->rest)
		return err_set(e, RC_BADREQUEST,
			       "only a script takes arguments, and %.200s is none: it "
			       "does not begin with #!",
			       file);
	enum rc rc = yaml_read(buf_str(text), text->len, &docs, &lines, e);
	for (size_t i = 0; rc == RC_OK && i < json_array_size(docs); i++) {
		rc = check_job(s, json_array_get(docs, i), e);
		if (rc != RC_OK)
			err_wrap(e, rc, "line %lld",
				 (long long)json_integer_value(json_array_get(lines, i)));
		else
			json_array_append(jobs, json_array_get(docs, i));
	}
	if (rc == RC_OK && !json_array_size(jobs))
		rc = err_set(e, RC_BADREQUEST, "it has no ComputeJob");
	if (rc == RC_OK && json_array_size(jobs) > JOBS_MAX)
		rc = err_set(e, RC_BADREQUEST, "it has more than %d jobs", JOBS_MAX);
	return rc == RC_OK ? rc : err_wrap(e, rc, "%.200s", file);
}

static const char *name_of(const json_t *job)
{
	const json_t *meta = json_object_get(job, "metadata");
	const char *name = js_str(meta, "name");
	return name ? name : str_or_empty(js_str(meta, "generateName"));
}

static enum rc create(struct session *s, const json_t *job, bool dry_run, json_t **ret,
		      struct err *e)
{
	AUTO(buf_done) struct buf body = BUF_INIT(2 * (size_t)FILE_MAX);
	const char *ns = js_str(json_object_get(job, "metadata"), "namespace");
	js_dump(job, &body);
	if (buf_rc(&body) != RC_OK)
		return err_set(e, RC_TOOBIG, "%.100s is too large", name_of(job));
	struct change_request c = {.change = CHANGE_CREATE,
				   .kind = API_JOB,
				   .ns = ns ? ns : s->ns,
				   .body = buf_str(&body),
				   .dry_run = dry_run};
	return session_change(s, &c, ret, e);
}

static enum rc check_all(struct session *s, const json_t *jobs, struct err *e)
{
	for (size_t i = 0; i < json_array_size(jobs); i++) {
		AUTO(js_freep) json_t *made = NULL;
		enum rc rc = create(s, json_array_get(jobs, i), true, &made, e);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

static void show(struct session *s, enum format f, json_t *made, bool dry_run)
{
	if (f == FORMAT_TABLE)
		buf_printf(&s->out.b, "computejob.muster.dev/%s submitted%s\n", name_of(made),
			   dry_run ? " (dry run: nothing was made)" : "");
	else
		object_print(s, f, "computejob.muster.dev", made);
}

static enum rc submit_all(struct session *s, const json_t *jobs, enum format f, struct err *e)
{
	bool dry_run = session_flag(s, FLAG_DRY_RUN) != NULL;
	enum rc rc = json_array_size(jobs) > 1 && !dry_run ? check_all(s, jobs, e) : RC_OK;
	for (size_t i = 0; rc == RC_OK && i < json_array_size(jobs); i++) {
		AUTO(js_freep) json_t *made = NULL;
		rc = create(s, json_array_get(jobs, i), dry_run, &made, e);
		if (rc == RC_OK)
			show(s, f, made, dry_run);
	}
	return rc;
}

enum rc submit_run(struct session *s, struct err *e)
{
	AUTO(buf_done) struct buf text = BUF_INIT(FILE_MAX);
	AUTO(js_freep) json_t *jobs = json_array();
	enum format f;
	enum rc rc = format_of(s, &f, e);
	if (rc == RC_OK && f == FORMAT_WIDE)
		rc = err_set(e, RC_BADREQUEST,
			     "submit has no -o wide; write -o json, yaml or name");
	if (rc == RC_OK)
		rc = read_source(s->line->words[0], &text, e);
	if (rc != RC_OK)
		return rc;
	bool script = text.len > 1 && !memcmp(text.data, "#!", 2);
	rc = script ? of_script(s, &text, jobs, e) : of_yaml(s, &text, jobs, e);
	return rc == RC_OK ? submit_all(s, jobs, f, e) : rc;
}
