/* SPDX-License-Identifier: Apache-2.0 */
/* Each member runs the whole script, on a node of its own: there is no srun that starts tasks.
 * Variables of Slurm that a member can know are set. */
#include "cli/job_of_script.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "cli/text.h"
#include "model/member.h"

#define GPU "nvidia.com/gpu"
#define PARTITION_LABEL "muster.dev/partition"

struct build {
	const struct script *s;
	json_t *meta, *spec;
	struct buf *notes;
	struct err *e;
	uint32_t members; /* 0: not said */
};

static enum rc refuse(struct build *b, enum script_option o, const char *what)
{
	const struct script_value *v = &b->s->v[o];
	return err_set(b->e, RC_BADREQUEST, "line %u: %s (%.60s)", v->line, what, v->text);
}

static const char *value(const struct build *b, enum script_option o)
{
	return b->s->v[o].text;
}

static void set(json_t *o, const char *key, json_t *own_v)
{
	must(own_v && json_object_set_new(o, key, own_v) == 0);
}

static void set_text(json_t *o, const char *key, const struct buf *text)
{
	set(o, key, json_stringn(buf_str(text), text->len));
}

static json_t *child(json_t *o, const char *key)
{
	json_t *c = json_object_get(o, key);
	if (!c) {
		c = json_object();
		set(o, key, c);
	}
	return c;
}

/* A number of 1 to max; *ret is left as it is if the option was not given. */
static enum rc take_number(struct build *b, enum script_option o, uint32_t max, uint32_t *ret)
{
	if (!value(b, o) || (text_number(value(b, o), max, ret) && *ret))
		return RC_OK;
	return refuse(b, o, "a number from 1 on is wanted, and not too large");
}

/* ---- how many ---- */

/* -N and -n, which must agree with --ntasks-per-node: so many members share a node. */
static enum rc take_members(struct build *b)
{
	uint32_t nodes = 0, tasks = 0, per_node = 1;
	enum rc rc = take_number(b, SCRIPT_NODES, PARALLELISM_MAX, &nodes);
	if (rc == RC_OK)
		rc = take_number(b, SCRIPT_NTASKS, PARALLELISM_MAX, &tasks);
	if (rc == RC_OK)
		rc = take_number(b, SCRIPT_PER_NODE, PER_NODE_MAX, &per_node);
	if (rc != RC_OK)
		return rc;
	if (nodes * per_node > PARALLELISM_MAX)
		return refuse(b, SCRIPT_PER_NODE, "that is more than 10000 members");
	if (nodes && tasks && nodes * per_node != tasks)
		return refuse(b, SCRIPT_NTASKS,
			      per_node > 1
				      ? "-n must be -N times --ntasks-per-node"
				      : "each member has a node of its own, so -n and -N must be "
					"the same; --ntasks-per-node lets members share nodes");
	if (per_node > 1 && value(b, SCRIPT_MEM))
		return refuse(b, SCRIPT_MEM,
			      "it is of a node, which members share: give --mem-per-cpu");
	if (per_node > 1 && value(b, SCRIPT_GRES))
		return refuse(b, SCRIPT_GRES,
			      "it is of a node, which members share: write a ComputeJob");
	b->members = nodes ? nodes * per_node : tasks;
	if (b->members)
		set(b->spec, "parallelism", json_integer(b->members));
	if (per_node > 1)
		set(b->spec, "membersPerNode", json_integer(per_node));
	return RC_OK;
}

/* "0-99" or "0-99%10". */
static bool read_array(const char *s, uint32_t *ret_n, uint32_t *ret_at_once)
{
	AUTO(mem_freep) char *copy = mem_strdup(s);
	char *percent = strchr(copy, '%');
	uint32_t last;
	*ret_at_once = 0;
	if (percent)
		*percent = 0;
	if (percent && (!text_number(percent + 1, PARALLELISM_MAX, ret_at_once) || !*ret_at_once))
		return false;
	if (!strcmp(copy, "0")) {
		*ret_n = 1;
		return true;
	}
	if (strncmp(copy, "0-", 2) != 0 || !text_number(copy + 2, COMPLETIONS_MAX - 1, &last))
		return false;
	*ret_n = last + 1;
	return true;
}

static enum rc take_array(struct build *b)
{
	uint32_t n, at_once;
	if (!value(b, SCRIPT_ARRAY))
		return RC_OK;
	if (!read_array(value(b, SCRIPT_ARRAY), &n, &at_once))
		return refuse(b, SCRIPT_ARRAY,
			      "indexes begin at 0, have no gaps and end at 99999: write 0-99 or "
			      "0-99%10");
	if (b->members > 1)
		return refuse(b, SCRIPT_ARRAY,
			      "a task of an array is one member: remove -N and -n");
	uint32_t most = n < PARALLELISM_MAX ? n : PARALLELISM_MAX;
	set(b->spec, "completions", json_integer(n));
	set(b->spec, "parallelism", json_integer(at_once && at_once < most ? at_once : most));
	set(b->spec, "minParallelism", json_integer(1));
	return RC_OK;
}

/* ---- what each needs ---- */

static void request(struct build *b, const char *kind, const char *name, const struct buf *amount)
{
	set_text(child(child(b->spec, "resources"), kind), name, amount);
}

static void request_number(struct build *b, const char *kind, const char *name, uint64_t n,
			   const char *unit)
{
	AUTO(buf_done) struct buf text = BUF_INIT(64);
	buf_printf(&text, "%llu%s", (unsigned long long)n, unit);
	request(b, kind, name, &text);
}

/* Slurm ends what takes more: so it is the limit, too. */
static void request_memory(struct build *b, uint64_t bytes)
{
	static const char *const units[] = {"", "Ki", "Mi", "Gi"};
	uint32_t u = 0;
	while (u + 1 < ARRAY_LEN(units) && bytes % 1024 == 0) {
		bytes /= 1024;
		u++;
	}
	request_number(b, "requests", "memory", bytes, units[u]);
	request_number(b, "limits", "memory", bytes, units[u]);
}

static enum rc take_sizes(struct build *b)
{
	uint32_t cpus = 0;
	uint64_t bytes;
	enum rc rc = take_number(b, SCRIPT_CPUS, 100000, &cpus);
	if (rc != RC_OK)
		return rc;
	if (cpus)
		request_number(b, "requests", "cpu", cpus, "");
	if (value(b, SCRIPT_MEM) && value(b, SCRIPT_MEM_PER_CPU))
		return refuse(b, SCRIPT_MEM_PER_CPU, "it excludes --mem: remove one");
	enum script_option o = value(b, SCRIPT_MEM) ? SCRIPT_MEM : SCRIPT_MEM_PER_CPU;
	if (!value(b, o))
		return RC_OK;
	if (!script_size(value(b, o), &bytes))
		return refuse(
			b, o,
			"a size is wanted: 500M or 4G; all memory of a node cannot be asked for");
	if (o == SCRIPT_MEM_PER_CPU &&
	    __builtin_mul_overflow(bytes, (uint64_t)(cpus ? cpus : 1), &bytes))
		return refuse(b, o, "that is too much");
	request_memory(b, bytes);
	return RC_OK;
}

static enum rc take_gres(struct build *b)
{
	const char *s = value(b, SCRIPT_GRES);
	uint32_t n = 1;
	if (!s)
		return RC_OK;
	if (strncmp(s, "gpu", 3) != 0 ||
	    (s[3] && (s[3] != ':' || !text_number(s + 4, 1024, &n) || !n)))
		return refuse(b, SCRIPT_GRES,
			      "only gpu:N is known; write a ComputeJob for other devices");
	request_number(b, "requests", GPU, n, "");
	request_number(b, "limits", GPU, n, "");
	return RC_OK;
}

/* ---- when and where ---- */

static enum rc take_time(struct build *b)
{
	uint64_t s;
	if (!value(b, SCRIPT_TIME))
		return RC_OK;
	if (!script_time(value(b, SCRIPT_TIME), &s))
		return refuse(b, SCRIPT_TIME, "a time is wanted: minutes, H:M:S or D-H:M:S");
	if (s)
		set(b->spec, "activeDeadlineSeconds", json_integer((json_int_t)s));
	return RC_OK;
}

static enum rc take_partition(struct build *b)
{
	const char *s = value(b, SCRIPT_PARTITION);
	if (!s)
		return RC_OK;
	for (const char *p = s; *p; p++) {
		if (!isalnum((unsigned char)*p) && !strchr("-_.", *p))
			return refuse(b, SCRIPT_PARTITION,
				      "one partition is wanted, of letters, digits, - _ .");
	}
	set(child(b->spec, "nodeSelector"), PARTITION_LABEL, json_string(s));
	return RC_OK;
}

/* The condition of dependsOn; NULL: there is none for it. */
static const char *condition_of(const char *type, size_t len)
{
	static const char *const pairs[][2] = {{"afterok", "Complete"},
					       {"afternotok", "Failed"},
					       {"afterany", "Finished"},
					       {"after", "Started"}};
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		if (strlen(pairs[i][0]) == len && !memcmp(pairs[i][0], type, len))
			return pairs[i][1];
	}
	return NULL;
}

/* "afterok:a:b": part of a list. False: Muster has nothing for it. */
static bool add_dependency(json_t *list, const char *s, size_t len)
{
	const char *end = s + len, *colon = memchr(s, ':', len);
	const char *condition = colon ? condition_of(s, (size_t)(colon - s)) : NULL;
	for (const char *p = colon; condition && p < end;) {
		const char *name = p + 1, *next = memchr(name, ':', (size_t)(end - name));
		json_t *o = json_object();
		p = next ? next : end;
		if (p == name || memchr(name, '?', (size_t)(p - name))) {
			json_decref(o);
			return false;
		}
		set(o, "name", json_stringn(name, (size_t)(p - name)));
		set(o, "condition", json_string(condition));
		json_array_append_new(list, o);
	}
	return condition != NULL;
}

static enum rc take_dependency(struct build *b)
{
	const char *s = value(b, SCRIPT_DEPENDENCY);
	json_t *list;
	if (!s)
		return RC_OK;
	list = json_array();
	set(b->spec, "dependsOn", list);
	for (const char *p = s;; p++) {
		size_t len = strcspn(p, ",");
		if (!add_dependency(list, p, len))
			return refuse(b, SCRIPT_DEPENDENCY,
				      "write afterok:JOB, afternotok:JOB, afterany:JOB or "
				      "after:JOB, with names of jobs, "
				      "and commas between them");
		p += len;
		if (!*p)
			return RC_OK;
	}
}

static enum rc take_ours(struct build *b)
{
	const char *priority = value(b, SCRIPT_PRIORITY), *digits = str_or_empty(priority);
	uint32_t n;
	if (value(b, SCRIPT_IMAGE))
		set(b->spec, "image", json_string(value(b, SCRIPT_IMAGE)));
	digits += *digits == '-';
	if (priority && !text_number(digits, PRIORITY_MAX, &n))
		return refuse(b, SCRIPT_PRIORITY, "a number from -1000 to 1000 is wanted");
	if (priority)
		set(b->spec, "priority",
		    json_integer(*priority == '-' ? -(json_int_t)n : (json_int_t)n));
	if (!value(b, SCRIPT_BACKOFF))
		return RC_OK;
	if (!text_number(value(b, SCRIPT_BACKOFF), INT32_MAX, &n))
		return refuse(b, SCRIPT_BACKOFF, "a number is wanted");
	set(b->spec, "backoffLimit", json_integer(n));
	return RC_OK;
}

/* ---- what runs ---- */

static bool is_shell(const char *name)
{
	static const char *const shells[] = {"sh", "bash", "dash", "ash", "ksh", "zsh"};
	for (size_t i = 0; i < ARRAY_LEN(shells); i++) {
		if (!strcmp(name, shells[i]))
			return true;
	}
	return false;
}

/* The last word that is no option: /usr/bin/env bash -l is bash. */
static const char *interpreter_name(const struct script *s)
{
	const char *name = "";
	for (char *const *p = s->interpreter; *p; p++) {
		const char *slash = strrchr(*p, '/');
		if ((*p)[0] != '-')
			name = slash ? slash + 1 : *p;
	}
	return name;
}

/* A shell takes its name behind the text; Python takes none. Both then take arguments. */
/* Adds a word as the program shall get it. */
static enum rc add_word(struct build *b, json_t *command, const char *s, size_t len,
			const char *what)
{
	AUTO(buf_done) struct buf text = BUF_INIT(2 * SCRIPT_MAX + 2);
	script_literal(&text, s, len);
	if (buf_rc(&text) != RC_OK || text.len > SCRIPT_MAX)
		return err_set(b->e, RC_BADREQUEST,
			       "%s has more than %d bytes, each $ before $ or ( counted twice; "
			       "put it into the image or a ConfigMap, and write a ComputeJob",
			       what, SCRIPT_MAX);
	json_t *word = json_stringn(buf_str(&text), text.len);
	if (!word)
		return err_set(b->e, RC_BADREQUEST, "%s is no UTF-8; convert it", what);
	json_array_append_new(command, word);
	return RC_OK;
}

static enum rc take_command(struct build *b, const struct job_source *from)
{
	const char *name = interpreter_name(b->s);
	bool shell = is_shell(name);
	json_t *command = json_array();
	set(b->spec, "command", command);
	if (!shell && strncmp(name, "python", 6) != 0)
		return err_set(b->e, RC_BADREQUEST,
			       "line 1: only shells and Python take a script from a job (%.60s); "
			       "put the script into "
			       "the image, and write a ComputeJob",
			       name);
	for (char *const *p = b->s->interpreter; *p; p++)
		json_array_append_new(command, json_string(*p));
	json_array_append_new(command, json_string("-c"));
	enum rc rc = add_word(b, command, b->s->text, b->s->len, "the script");
	if (rc == RC_OK && shell)
		rc = add_word(b, command, from->file, strlen(from->file), "the name of the file");
	for (uint32_t i = 0; i < from->nargs && rc == RC_OK; i++)
		rc = add_word(b, command, from->args[i], strlen(from->args[i]), "an argument");
	return rc;
}

static void set_env(struct build *b, const char *name, const char *own, const char *path)
{
	json_t *o = json_object(), *list = json_object_get(b->spec, "env");
	if (!list) {
		list = json_array();
		set(b->spec, "env", list);
	}
	set(o, "name", json_string(name));
	if (path) {
		json_t *ref = json_object();
		set(ref, "fieldPath", json_string(path));
		set(child(o, "valueFrom"), "fieldRef", ref);
	} else {
		set(o, "value", json_string(own));
	}
	json_array_append_new(list, o);
}

static void take_env(struct build *b)
{
	bool array = value(b, SCRIPT_ARRAY) != NULL;
	set_env(b, array ? "SLURM_ARRAY_TASK_ID" : "SLURM_PROCID", NULL,
		"metadata.labels['" LABEL_INDEX "']");
	set_env(b, "SLURM_JOB_NAME", NULL, "metadata.labels['" LABEL_JOB_NAME "']");
	if (!array) {
		AUTO(buf_done) struct buf n = BUF_INIT(20);
		buf_printf(&n, "%u", b->members ? b->members : 1);
		set_env(b, "SLURM_NTASKS", buf_str(&n), NULL);
	}
	if (value(b, SCRIPT_CPUS))
		set_env(b, "SLURM_CPUS_PER_TASK", value(b, SCRIPT_CPUS), NULL);
}

/* The file's name as the beginning of a name that the API server completes. */
static void put_prefix(struct buf *out, const char *file)
{
	const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
	size_t end = strcspn(name, ".");
	for (size_t i = 0; i < end && out->len < 40; i++) {
		if (isalnum((unsigned char)name[i]))
			buf_putc(out, (char)tolower((unsigned char)name[i]));
		else if (out->len && out->data[out->len - 1] != '-')
			buf_putc(out, '-');
	}
	if (!out->len)
		buf_puts(out, "job");
	if (out->data[out->len - 1] != '-')
		buf_putc(out, '-');
}

static void take_name(struct build *b, const struct job_source *from)
{
	AUTO(buf_done) struct buf prefix = BUF_INIT(100);
	if (value(b, SCRIPT_JOB_NAME)) {
		set(b->meta, "name", json_string(value(b, SCRIPT_JOB_NAME)));
		return;
	}
	put_prefix(&prefix, strcmp(from->file, "-") ? from->file : "job");
	set_text(b->meta, "generateName", &prefix);
}

static void note(struct build *b, enum script_option o)
{
	if (value(b, o))
		buf_printf(b->notes,
			   "line %u: what members write is in their logs, not in %.200s\n",
			   b->s->v[o].line, value(b, o));
}

static void take_notes(struct build *b)
{
	note(b, SCRIPT_OUTPUT);
	note(b, SCRIPT_ERROR);
	if (b->s->late)
		buf_printf(b->notes,
			   "line %u: options behind the first command are not read, as by sbatch\n",
			   b->s->late);
}

static enum rc check_texts(struct build *b)
{
	for (uint32_t i = 0; i < SCRIPT_OPTION_N; i++) {
		AUTO(mem_freep) char *s = b->s->v[i].text ? mem_strdup(b->s->v[i].text) : NULL;
		json_t *v = s ? json_string(s) : json_null();
		if (!v)
			return err_set(b->e, RC_BADREQUEST, "line %u: it is no UTF-8; convert it",
				       b->s->v[i].line);
		json_decref(v);
	}
	return RC_OK;
}

enum rc job_of_script(const struct script *s, const struct job_source *from, json_t **ret,
		      struct buf *notes, struct err *e)
{
	static enum rc (*const steps[])(struct build *) = {
		check_texts, take_members,   take_array,      take_sizes, take_gres,
		take_time,   take_partition, take_dependency, take_ours,
	};
	json_t *job = json_object();
	struct build b = {.s = s, .notes = notes, .e = e};
	set(job, "apiVersion", json_string(API_VERSION));
	set(job, "kind", json_string(KIND_JOB_NAME));
	b.meta = child(job, "metadata");
	b.spec = child(job, "spec");
	enum rc rc = RC_OK;
	for (size_t i = 0; i < ARRAY_LEN(steps) && rc == RC_OK; i++)
		rc = steps[i](&b);
	if (rc == RC_OK)
		rc = take_command(&b, from);
	if (rc != RC_OK) {
		json_decref(job);
		return rc;
	}
	take_name(&b, from);
	take_env(&b);
	take_notes(&b);
	*ret = job;
	return RC_OK;
}
