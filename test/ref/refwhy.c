/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a job that waits: each node once, by the first thing that keeps it away. */
#include <stdarg.h>
#include <string.h>

#include "base/mem.h"
#include "refsched.h"

void ref_text(char *ret, size_t max, const char *fmt, ...)
{
	AUTO(buf_done) struct buf b = BUF_INIT(max);
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	must(b.len < max);
	memcpy(ret, buf_str(&b), b.len + 1);
}

enum { NOT_READY, NO_AGENT, CORDONED, SELECTOR, AFFINITY, TAINT, BUSY, LACKS, KEPT, FITS, KINDS };

/* Whether only the part of the spec that is asked about would match. */
static bool part_matches(const struct ref_node *n, const struct job_spec *s, int part)
{
	static const struct toleration all = {.exists = true};
	struct job_spec only = {.tolerations = &all, .ntolerations = 1};
	if (part == SELECTOR)
		only.node_selector = s->node_selector;
	if (part == AFFINITY) {
		only.terms = s->terms;
		only.nterms = s->nterms;
	}
	if (part == TAINT) {
		only.tolerations = s->tolerations;
		only.ntolerations = s->ntolerations;
	}
	return ref_matches(n, &only);
}

static int64_t left(const struct ref_node *n, const char *name)
{
	for (uint32_t r = 0; r < REF_RES; r++) {
		if (!strcmp(ref_resources[r], name))
			return n->cap[r] - n->used[r];
	}
	return 0;
}

/* The place of the first resource that it lacks; pods come last. */
static uint32_t lacking(const struct ref_node *n, const struct job_spec *s)
{
	uint32_t i = 0;
	for (; i < s->requests.n; i++) {
		if (s->requests.v[i].milli &&
		    left(n, s->requests.v[i].name) < s->requests.v[i].milli)
			return i;
	}
	return left(n, "pods") < 1000 ? i : i + 1;
}

/* It lacks something even without any member. */
static bool too_small(const struct ref_node *n, const struct job_spec *s)
{
	struct ref_node empty = *n;
	memset(empty.used, 0, sizeof empty.used);
	return lacking(&empty, s) <= s->requests.n;
}

static int obstacle(const struct ref *r, const struct ref_job *j, uint32_t node, uint32_t *lack)
{
	const struct ref_node *n = &r->nodes[node];
	if (!n->ready)
		return NOT_READY;
	if (!n->agent)
		return NO_AGENT;
	if (n->cordoned)
		return CORDONED;
	for (int part = SELECTOR; part <= TAINT; part++) {
		if (!part_matches(n, j->spec, part))
			return part;
	}
	if (ref_there(j, node) >= job_per_node(j->spec))
		return BUSY;
	*lack = lacking(n, j->spec);
	if (*lack <= j->spec->requests.n)
		return LACKS;
	return ref_kept(r, j, node, 1) ? KEPT : FITS;
}

/* False: there is nothing to say of it. */
static bool put_hold(const struct ref *r, const struct ref_job *j, const struct ref_hold *own,
		     uint32_t ready, struct buf *out)
{
	uint32_t need = ref_needed(j);
	if (!own && j->pause_ms > r->now_ms)
		buf_puts(out, "; held nodes in vain, so jobs behind it may pass until");
	if (!own)
		return j->pause_ms > r->now_ms;
	if (own->at_ms == INT64_MAX && own->until_ms == INT64_MAX) {
		buf_puts(out, "; jobs of its priority may pass it until");
		return true;
	}
	buf_printf(out,
		   job_per_node(j->spec) > 1 ? "; holds room for %u of %u member%s"
					     : "; holds %u of %u node%s",
		   ready, need, need == 1 ? "" : "s");
	if (own->own && own->at_ms == INT64_MAX && ref_pause(r, j) > r->now_ms) {
		buf_puts(out, " (from jobs of its namespace only until");
		return true;
	}
	if (own->own)
		buf_puts(out, " (from jobs of its namespace only, since a job ahead in its "
			      "namespace holds nodes)");
	if (own->at_ms != INT64_MAX)
		buf_puts(out, "; expected to start in");
	else
		buf_printf(out, "%s until", own->equal ? "" : " from jobs of lower priority");
	return true;
}

static bool listed(const struct ref *r, const char *name)
{
	for (uint32_t i = 0; i < REF_RES; i++) {
		for (uint32_t n = 0; n < r->nnodes && !strcmp(name, ref_resources[i]); n++) {
			if (r->nodes[n].lists[i])
				return true;
		}
	}
	return false;
}

/* The first resource of devices that some node lacks and no node has at all. */
static const char *nowhere(const struct ref *r, const struct ref_job *j, const uint32_t *lacks)
{
	for (uint32_t i = 0; i < j->spec->requests.n; i++) {
		const char *name = j->spec->requests.v[i].name;
		if (lacks[i] && strchr(name, '/') && !listed(r, name))
			return name;
	}
	return NULL;
}

/* So many members of the job could go to the node now, at most as many as may share it. */
static uint32_t fitting(const struct ref *r, const struct ref_job *j, uint32_t node)
{
	uint32_t n = 0, most = job_per_node(j->spec) - ref_there(j, node);
	while (n < most && ref_fits(&r->nodes[node], j->spec, false, n + 1) &&
	       !ref_kept(r, j, node, n + 1))
		n++;
	return n;
}

/* What a node may have room for when its members have ended, beside those of the job. */
static uint32_t some_time(const struct ref *r, const struct ref_job *j, uint32_t node)
{
	uint32_t n = 0, most = job_per_node(j->spec), there = ref_there(j, node);
	if (most == 1)
		return 1;
	while (n < most && ref_fits(&r->nodes[node], j->spec, true, n + 1))
		n++;
	return !n ? 1 : n > there ? n - there : 0;
}

/* "3 fit (2 + 1)": by[n] nodes have room for n members. */
static void put_fitting(const struct ref_job *j, uint32_t need, const uint32_t *by, uint32_t fit,
			struct buf *out)
{
	const char *sep = " (";
	buf_printf(out, "needs room for %u%s member%s, at most %u on a node: %u fit%s", need,
		   j->started ? " more" : "", need == 1 ? "" : "s", job_per_node(j->spec), fit,
		   fit == 1 ? "s" : "");
	for (uint32_t n = job_per_node(j->spec); n; n--) {
		if (by[n] > 1)
			buf_printf(out, "%s%u x %u", sep, by[n], n);
		else if (by[n])
			buf_printf(out, "%s%u", sep, n);
		sep = by[n] ? " + " : sep;
	}
	buf_puts(out, fit ? ")" : "");
}

void ref_why(const struct ref *r, const struct ref_job *j, struct buf *out)
{
	static const struct {
		int kind;
		const char *one, *many;
	} words[] = {
		{SELECTOR, "does not match nodeSelector", "do not match nodeSelector"},
		{AFFINITY, "does not match nodeAffinity", "do not match nodeAffinity"},
		{TAINT, "has a taint that is not tolerated", "have a taint that is not tolerated"},
		{CORDONED, "is cordoned", "are cordoned"},
		{NOT_READY, "is not ready", "are not ready"},
		{NO_AGENT, "has no agent", "have no agent"},
		{BUSY, "runs a member already", "run a member already"},
		{KEPT, "is reserved for a job ahead", "are reserved for a job ahead"},
	};
	uint32_t counts[KINDS] = {0}, need = job_gang(j->spec), ready = 0, small = 0;
	uint32_t room[KINDS] = {0}, by[PER_NODE_MAX + 1] = {0}, fit = 0, all = 0;
	bool shares = job_per_node(j->spec) > 1;
	const struct ref_hold *own = ref_hold_of(r, j), *before = NULL;
	AUTO(mem_freep) uint32_t *lacks = mem_zalloc(j->spec->requests.n + 2, sizeof *lacks);
	for (uint32_t i = 0; i < r->nnodes; i++) {
		uint32_t lack = 0;
		int o = obstacle(r, j, i, &lack);
		counts[o]++;
		lacks[lack] += o == LACKS;
		small += o == LACKS && too_small(&r->nodes[i], j->spec);
		uint32_t fits = o == FITS ? fitting(r, j, i) : 0;
		by[fits]++;
		fit += fits;
		ready += !own ? 0 : fits < own->nodes[i] ? fits : own->nodes[i];
		room[o] += shares && o == BUSY ? 0 : some_time(r, j, i);
		if (shares && (o == BUSY || o == FITS || o == LACKS || o == KEPT))
			room[BUSY] += ref_there(j, i);
		if (o == KEPT && !before)
			before = ref_kept(r, j, i, 1);
	}
	if (j->started)
		need = j->missing;
	if (shares)
		put_fitting(j, need, by, fit, out);
	else
		buf_printf(out, "needs %u%s node%s: %u fit%s", need, j->started ? " more" : "",
			   need == 1 ? "" : "s", counts[FITS], counts[FITS] == 1 ? "s" : "");
	uint32_t passing = room[FITS] + room[LACKS] + room[BUSY] + room[KEPT];
	for (size_t i = 0; i < KINDS; i++)
		all += room[i];
	const char *sep = !shares ? "; " : fit ? "; other nodes: " : "; nodes: ";
	for (uint32_t i = 0; i <= j->spec->requests.n; i++) {
		if (!lacks[i])
			continue;
		buf_printf(out, "%s%u %s %s", sep, lacks[i], lacks[i] == 1 ? "lacks" : "lack",
			   i < j->spec->requests.n ? j->spec->requests.v[i].name : "pods");
		sep = ", ";
	}
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		uint32_t n = counts[words[i].kind];
		if (!n)
			continue;
		buf_printf(out, "%s%u %s", sep, n,
			   words[i].kind == BUSY && shares
				   ? (n == 1 ? "runs as many members as may share a node"
					     : "run as many members as may share a node")
			   : n == 1 ? words[i].one
				    : words[i].many);
		sep = ", ";
		if (words[i].kind == KEPT && !strcmp(before->job->ns, j->ns))
			buf_printf(out, " (%s)", strchr(before->job->key, '/') + 1);
	}
	bool few = small && passing - small < need;
	const char *device = nowhere(r, j, lacks);
	if (few && device)
		buf_printf(out,
			   "; no node lists %s: add nodes whose device plugin offers it (Muster "
			   "makes no claims of devices)",
			   device);
	else if (few)
		buf_printf(out, "; add nodes that have more, or lower the requests%s",
			   passing < all ? ", or change what keeps the others away" : "");
	if (put_hold(r, j, own, ready, out) || few)
		return;
	if (!r->nnodes)
		buf_puts(out, "; there are no nodes: add some");
	else if (passing < need)
		buf_printf(out, "; add nodes%s",
			   passing < all ? ", or change what keeps these away" : "");
	else if (passing - room[BUSY] < need)
		buf_puts(out, "; add nodes, or wait until a member of the job has ended");
}
