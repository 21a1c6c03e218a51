/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/reduce.h"

#include <string.h>

#include "base/mem.h"

enum { PATH_MAX_BYTES = 128 };

/* A field of a path is kept whole. "[]" stands for each entry of a list. */
static const char *const of_every_kind[] = {
	"apiVersion",
	"kind",
	"metadata.name",
	"metadata.namespace",
	"metadata.uid",
	"metadata.resourceVersion",
	"metadata.generation",
	"metadata.creationTimestamp",
	"metadata.deletionTimestamp",
	"metadata.deletionGracePeriodSeconds",
	"metadata.finalizers",
	"metadata.labels",
	"metadata.ownerReferences",
	"status",
	NULL,
};

static const char *const of_job[] = {
	"spec.parallelism",
	"spec.completions",
	"spec.minParallelism",
	"spec.priority",
	"spec.suspend",
	"spec.backoffLimit",
	"spec.backoffLimitPerIndex",
	"spec.maxFailedIndexes",
	"spec.successPolicy",
	"spec.activeDeadlineSeconds",
	"spec.startDeadlineSeconds",
	"spec.enableDNSHostnames",
	"spec.launcher",
	"spec.membersPerNode",
	"spec.terminationGracePeriodSeconds",
	"spec.ttlSecondsAfterFinished",
	"spec.onNodeLoss",
	"spec.updateStrategy",
	"spec.dependsOn",
	"spec.nodeSelector",
	"spec.nodeAffinity",
	"spec.tolerations",
	"spec.template.spec.terminationGracePeriodSeconds",
	NULL,
};

static const char *const of_compute_node[] = {"spec", NULL};

static const char *const of_node[] = {
	"spec.taints",
	"spec.unschedulable",
	"status.allocatable",
	"status.conditions",
	"status.nodeInfo",
	"status.volumesInUse",
	NULL,
};

static const char *const of_pod[] = {
	"metadata.annotations.muster.dev/containers",
	"spec.nodeName",
	"spec.hostNetwork",
	"spec.overhead",
	"spec.resources",
	"spec.containers[].name",
	"spec.containers[].resources",
	"spec.containers[].ports",
	"spec.containers[].restartPolicy",
	"spec.initContainers[].name",
	"spec.initContainers[].resources",
	"spec.initContainers[].ports",
	"spec.initContainers[].restartPolicy",
	NULL,
};

static const char *const *fields_of(enum api_kind kind)
{
	switch (kind) {
	case API_JOB: return of_job;
	case API_COMPUTE_NODE: return of_compute_node;
	case API_NODE: return of_node;
	case API_POD: return of_pod;
	case API_LEASE:
	case API_SECRET:
	case API_CONFIGMAP:
	case API_SERVICE:
	case API_TOKENREVIEW:
	case API_RUNTIME_CLASS:
	case API_CLAIM:
	case API_VOLUME:
	case API_STORAGE_CLASS:
	case API_CSI_DRIVER:
	case API_CSI_NODE:
	case API_CSI_CAPACITY:
	case API_ADMISSION_POLICY:
	case API_ADMISSION_BINDING:
	case API_EVENT:
	case API_KIND_N: break;
	}
	return NULL;
}

struct walk {
	const char *p, *end;
	const char *const *fields;
	bool node; /* the status of a Node has much that nobody reads */
	struct buf *out;
	char path[PATH_MAX_BYTES]; /* of the value at p */
	size_t path_len;
	bool malformed;
};

/* ---- text ---- */

static void skip_blanks(struct walk *w)
{
	while (w->p < w->end && strchr(" \t\r\n", *w->p) && *w->p)
		w->p++;
}

/* The next character that is no blank, or 0. */
static char peek(struct walk *w)
{
	skip_blanks(w);
	return w->p < w->end ? *w->p : '\0';
}

static bool at_end(struct walk *w)
{
	skip_blanks(w);
	return w->p == w->end;
}

static bool take(struct walk *w, char c)
{
	if (peek(w) != c) {
		w->malformed = true;
		return false;
	}
	w->p++;
	return true;
}

/* Past a string, whose quotes are no part of *ret. The text may end within an escape. */
static bool take_string(struct walk *w, const char **ret, size_t *ret_len)
{
	if (!take(w, '"'))
		return false;
	*ret = w->p;
	while (w->p < w->end && *w->p != '"')
		w->p += *w->p == '\\' && w->end - w->p > 1 ? 2 : 1;
	if (w->p == w->end) {
		w->malformed = true;
		return false;
	}
	*ret_len = (size_t)(w->p - *ret);
	w->p++;
	return true;
}

struct measure {
	size_t values;
	uint32_t depth;
};

static void skip_scalar(struct walk *w)
{
	while (w->p < w->end && !strchr(",]} \t\r\n", *w->p))
		w->p++;
}

/* Past a value of any depth, by its brackets. */
static void skip_value(struct walk *w, struct measure *m)
{
	const char *s;
	size_t n;
	uint32_t depth = 0;
	*m = (struct measure){.values = 1};
	do {
		char c = peek(w);
		if (c == '"') {
			(void)take_string(w, &s, &n);
		} else if (c == '{' || c == '[') {
			depth++;
			m->values++;
			w->p++;
		} else if (c == '}' || c == ']') {
			w->malformed |= depth == 0;
			depth -= depth > 0;
			w->p++;
		} else if (c == ',' || c == ':') {
			m->values += c == ',';
			w->malformed |= depth == 0;
			w->p++;
		} else if (c) {
			skip_scalar(w);
		}
		m->depth = depth > m->depth ? depth : m->depth;
		w->malformed |= !c;
	} while (depth && !w->malformed);
}

/* ---- paths ---- */

enum wanted { NOT_WANTED, ENTRIES_WANTED, FIELDS_WANTED, WANTED };

/* A path may hold any byte, NULs too, and be longer than a field. */
static enum wanted compare(const char *const *fields, const char *path, size_t len)
{
	enum wanted best = NOT_WANTED;
	for (; *fields && best != WANTED; fields++) {
		if (strlen(*fields) < len || memcmp(*fields, path, len) != 0)
			continue;
		char next = (*fields)[len];
		if (!next)
			best = WANTED;
		else if (next == '.')
			best = FIELDS_WANTED;
		else if (next == '[')
			best = ENTRIES_WANTED;
	}
	return best;
}

static enum wanted wanted(const struct walk *w)
{
	enum wanted a = compare(w->fields, w->path, w->path_len);
	enum wanted b = compare(of_every_kind, w->path, w->path_len);
	/* Of the status of a Node, its own fields only. */
	if (w->node && !strcmp(w->path, "status"))
		return a;
	return a > b ? a : b;
}

/* Appends to the path; false: it is longer than any that is wanted. */
static bool enter(struct walk *w, const char *sep, const char *key, size_t len)
{
	size_t n = strlen(sep);
	if (w->path_len + n + len >= PATH_MAX_BYTES)
		return false;
	memcpy(w->path + w->path_len, sep, n);
	memcpy(w->path + w->path_len + n, key, len);
	w->path_len += n + len;
	w->path[w->path_len] = '\0';
	return true;
}

static void leave(struct walk *w, size_t len)
{
	w->path_len = len;
	w->path[len] = '\0';
}

/* ---- values ---- */

static void put_value(struct walk *w, bool known);

static void put_whole(struct walk *w)
{
	struct measure m;
	const char *from = (skip_blanks(w), w->p);
	skip_value(w, &m);
	if (w->malformed)
		return;
	if (m.values <= REDUCED_VALUES_MAX && m.depth <= REDUCED_DEPTH_MAX)
		buf_put(w->out, from, (size_t)(w->p - from));
	else
		buf_puts(w->out, "null");
}

/* An entry of an object whose key is wanted, with its comma. */
static void put_entry(struct walk *w, const char *key, size_t len, bool *first)
{
	if (!*first)
		buf_putc(w->out, ',');
	*first = false;
	buf_putc(w->out, '"');
	buf_put(w->out, key, len);
	buf_puts(w->out, "\":");
}

/* At the value of an object's next entry. */
static bool at_entry(struct walk *w, const char **ret_key, size_t *ret_len)
{
	return !w->malformed && peek(w) != '}' && take_string(w, ret_key, ret_len) && take(w, ':');
}

static void end_entry(struct walk *w)
{
	if (peek(w) != '}')
		(void)take(w, ',');
}

static void put_object(struct walk *w)
{
	bool first = true;
	const char *key;
	size_t outer = w->path_len, len;
	struct measure m;
	w->p++;
	buf_putc(w->out, '{');
	while (at_entry(w, &key, &len)) {
		bool fits = enter(w, outer ? "." : "", key, len);
		if (fits && wanted(w) != NOT_WANTED) {
			put_entry(w, key, len, &first);
			put_value(w, true);
		} else {
			skip_value(w, &m);
		}
		leave(w, outer);
		end_entry(w);
	}
	(void)take(w, '}');
	buf_putc(w->out, '}');
}

static void put_list(struct walk *w)
{
	size_t outer = w->path_len;
	w->p++;
	buf_putc(w->out, '[');
	while (!w->malformed && peek(w) != ']') {
		put_value(w, enter(w, "[]", "", 0));
		leave(w, outer);
		if (peek(w) != ']' && take(w, ','))
			buf_putc(w->out, ',');
	}
	(void)take(w, ']');
	buf_putc(w->out, ']');
}

/* Recursion is as deep as the paths that are wanted. */
static void put_value(struct walk *w, bool known)
{
	char c = peek(w);
	struct measure m;
	enum wanted what = !known ? NOT_WANTED : !w->path_len ? FIELDS_WANTED : wanted(w);
	if (c == '{' && what == FIELDS_WANTED) {
		put_object(w);
	} else if (c == '[' && what == ENTRIES_WANTED) {
		put_list(w);
	} else if (what == WANTED) {
		put_whole(w);
	} else {
		skip_value(w, &m);
		buf_puts(w->out, "null");
	}
}

/* {"type":…,"object":…}: everything but the object is small. */
static void put_frame(struct walk *w)
{
	bool first = true;
	const char *key;
	size_t len;
	if (!take(w, '{'))
		return;
	buf_putc(w->out, '{');
	while (at_entry(w, &key, &len)) {
		put_entry(w, key, len, &first);
		if (len == 6 && !memcmp(key, "object", 6))
			put_value(w, true);
		else
			put_whole(w);
		end_entry(w);
	}
	(void)take(w, '}');
	buf_putc(w->out, '}');
}

enum rc reduce(enum api_kind kind, bool frame, const char *text, size_t len, struct buf *out)
{
	struct walk w = {.p = text,
			 .end = text + len,
			 .fields = fields_of(kind),
			 .node = kind == API_NODE,
			 .out = out};
	if (!w.fields)
		return RC_TOOBIG;
	if (frame)
		put_frame(&w);
	else if (peek(&w) == '{')
		put_value(&w, true);
	else
		w.malformed = true;
	if (w.malformed || !at_end(&w))
		return RC_MALFORMED;
	return buf_rc(out);
}
