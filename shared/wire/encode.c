/* SPDX-License-Identifier: Apache-2.0 */
/* Encodes a message into structs of protobuf-c in an arena, and those into bytes. Then the bytes
 * are checked with the receiver's bounds, so that a frame that would be refused is never sent. */
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "wire/scan.h"

enum { SCRATCH_MAX = 4 * 1024 * 1024 };

/* protobuf-c's structs want char *, and do not write to it. */
static char *text(const char *s)
{
	union {
		const char *in;
		char *out;
	} u = {str_or_empty(s)};
	return u.out;
}

/* Texts for people are cut to their bound. */
static char *words(struct arena *a, const char *s, size_t max)
{
	s = str_or_empty(s);
	size_t n = utf8_cut(s, max);
	return s[n] == '\0' ? text(s) : arena_strndup(a, s, n);
}

/* n structs of size bytes and the array of pointers to them that protobuf-c wants. */
static void *structs(struct arena *a, size_t n, size_t size, void *ret_pointers)
{
	char *v = arena_alloc(a, n * size);
	void **pointers = arena_alloc(a, n * sizeof *pointers);
	if (!v || !pointers)
		return NULL;
	for (size_t i = 0; i < n; i++)
		pointers[i] = v + i * size;
	memcpy(ret_pointers, &pointers, sizeof(void *));
	return v;
}

static bool put_resources(struct arena *a, const struct reslist *l, Muster__V1__Resource ***ret,
			  size_t *ret_n)
{
	size_t n = l->n < WIRE_RESOURCES_MAX ? l->n : WIRE_RESOURCES_MAX;
	Muster__V1__Resource *v = structs(a, n, sizeof *v, ret);
	if (!v)
		return false;
	for (size_t i = 0; i < n; i++) {
		muster__v1__resource__init(&v[i]);
		v[i].name = text(l->v[i].name);
		v[i].milli = l->v[i].milli;
	}
	*ret_n = n;
	return true;
}

static bool put_ports(struct arena *a, const struct host_ports *p, uint32_t max, uint64_t **ret,
		      size_t *ret_n)
{
	*ret_n = p->n < max ? p->n : max;
	*ret = arena_alloc(a, *ret_n * sizeof **ret);
	for (size_t i = 0; *ret && i < *ret_n; i++)
		(*ret)[i] = p->v[i];
	return *ret;
}

static Muster__V1__Capacity *put_capacity(struct arena *a, const struct capacity *c)
{
	Muster__V1__Capacity *out = arena_alloc(a, sizeof *out);
	if (!out)
		return NULL;
	muster__v1__capacity__init(out);
	out->foreign_pods = c->foreign_pods;
	return put_resources(a, &c->foreign, &out->foreign, &out->n_foreign) &&
			       put_ports(a, &c->ports, NODE_PORTS_MAX, &out->host_ports,
					 &out->n_host_ports)
		       ? out
		       : NULL;
}

static bool put_member(struct arena *a, const struct member *m, Muster__V1__Member *out)
{
	muster__v1__member__init(out);
	out->namespace_ = text(m->ns);
	out->job_name = text(m->job_name);
	out->job_uid = text(m->job_uid);
	out->pod = text(m->pod);
	out->pod_uid = text(m->pod_uid);
	out->index = m->index;
	out->attempt = m->attempt;
	out->template_hash = text(m->template_hash);
	out->phase = (Muster__V1__Phase)m->phase;
	out->ready = m->ready;
	out->deleting = m->deleting;
	out->started_ms = m->started_ms;
	out->ended_ms = m->ended_ms;
	out->reason = words(a, m->reason, WIRE_REASON_MAX);
	out->message = words(a, m->message, MESSAGE_MAX);
	out->exit_code = m->exit_code;
	out->proof = text(m->proof);
	out->ticket = m->ticket;
	out->busy = m->busy;
	out->retry_after_ms = m->retry_after_ms;
	return put_resources(a, &m->requests, &out->requests, &out->n_requests) &&
	       put_ports(a, &m->ports, POD_PORTS_MAX, &out->host_ports, &out->n_host_ports) &&
	       out->reason && out->message;
}

static bool put_members(struct arena *a, const struct member *m, uint32_t n,
			Muster__V1__Member ***ret, size_t *ret_n)
{
	Muster__V1__Member *v = structs(a, n, sizeof *v, ret);
	for (uint32_t i = 0; v && i < n; i++) {
		if (!put_member(a, &m[i], &v[i]))
			return false;
	}
	*ret_n = n;
	return v;
}

static bool put_orders(struct arena *a, const struct msg_orders *m, Muster__V1__Orders *out)
{
	Muster__V1__Order *o = structs(a, m->norders, sizeof *o, &out->orders);
	Muster__V1__Template *t = structs(a, m->ntemplates, sizeof *t, &out->templates);
	if (!o || !t)
		return false;
	for (uint32_t i = 0; i < m->norders; i++) {
		const struct order *in = &m->orders[i];
		muster__v1__order__init(&o[i]);
		o[i].namespace_ = text(in->ns);
		o[i].job_name = text(in->job_name);
		o[i].job_uid = text(in->job_uid);
		o[i].pod = text(in->pod);
		o[i].pod_uid = text(in->pod_uid);
		o[i].index = in->index;
		o[i].attempt = in->attempt;
		o[i].parallelism = in->parallelism;
		o[i].completions = in->completions;
		o[i].template_hash = text(in->template_hash);
		o[i].launch = in->launch;
		o[i].proof = text(in->proof);
		o[i].ticket = in->ticket;
		o[i].number = in->number;
	}
	for (uint32_t i = 0; i < m->ntemplates; i++) {
		muster__v1__template__init(&t[i]);
		t[i].hash = text(m->templates[i].hash);
		t[i].text = text(m->templates[i].text);
		t[i].namespace_ = text(m->templates[i].ns);
	}
	out->n_orders = m->norders;
	out->n_templates = m->ntemplates;
	return true;
}

/* ---- kinds ---- */

/* A struct of protobuf-c's in the arena, as the frame's kind. */
#define KIND(frame, a, field, NAME, Type)                                                   \
	({                                                                                  \
		Type *made_ = arena_alloc((a), sizeof *made_);                              \
		if (made_)                                                                  \
			protobuf_c_message_init(&muster__v1__##field##__descriptor, made_); \
		(frame)->kind_case = MUSTER__V1__FRAME__KIND_##NAME;                        \
		(frame)->field = made_;                                                     \
		made_;                                                                      \
	})

static bool put_hello(struct arena *a, const struct msg_hello *m, Muster__V1__Frame *f)
{
	Muster__V1__Hello *out = KIND(f, a, hello, HELLO, Muster__V1__Hello);
	if (!out)
		return false;
	out->protocol = m->protocol;
	out->token = text(m->token);
	out->node = text(m->node);
	out->boot_id = text(m->boot_id);
	out->version = text(m->version);
	out->agent = text(m->agent);
	out->proofs = m->proofs;
	out->completions = m->completions;
	out->deltas = m->deltas;
	out->epoch = m->epoch;
	out->page = m->page;
	out->last_page = m->last_page;
	out->capacity = put_capacity(a, &m->capacity);
	return out->capacity &&
	       put_members(a, m->members, m->nmembers, &out->members, &out->n_members);
}

static bool put_welcome(struct arena *a, const struct msg_welcome *m, Muster__V1__Frame *f)
{
	Muster__V1__Welcome *out = KIND(f, a, welcome, WELCOME, Muster__V1__Welcome);
	if (!out)
		return false;
	out->session = m->session;
	out->epoch = m->epoch;
	out->heartbeat_ms = m->heartbeat_ms;
	out->hold_ms = m->hold_ms;
	out->more = m->more;
	return true;
}

static bool put_reject(struct arena *a, const struct msg_reject *m, Muster__V1__Frame *f)
{
	Muster__V1__Reject *out = KIND(f, a, reject, REJECT, Muster__V1__Reject);
	if (!out)
		return false;
	out->reason = (Muster__V1__Reason)m->reason;
	out->message = words(a, m->message, MESSAGE_MAX);
	out->leader = text(m->leader);
	return out->message;
}

static bool put_report(struct arena *a, const struct msg_report *m, Muster__V1__Frame *f)
{
	Muster__V1__Report *out = KIND(f, a, report, REPORT, Muster__V1__Report);
	if (!out)
		return false;
	out->session = m->session;
	out->seq = m->seq;
	out->token = text(m->token);
	if (m->has_capacity && !(out->capacity = put_capacity(a, &m->capacity)))
		return false;
	return put_members(a, m->members, m->nmembers, &out->members, &out->n_members);
}

static bool put_ack(struct arena *a, const struct msg_ack *m, Muster__V1__Frame *f)
{
	Muster__V1__Ack *out = KIND(f, a, ack, ACK, Muster__V1__Ack);
	if (!out)
		return false;
	out->session = m->session;
	out->seq = m->seq;
	return true;
}

static bool put_watch(struct arena *a, const struct msg_watch *m, Muster__V1__Frame *f)
{
	Muster__V1__Watch *out = KIND(f, a, watch, WATCH, Muster__V1__Watch);
	if (!out)
		return false;
	out->session = m->session;
	out->revision = m->revision;
	out->page = m->page;
	out->n_templates = m->templates.n;
	out->templates = arena_alloc(a, m->templates.n * sizeof *out->templates);
	for (uint32_t i = 0; out->templates && i < m->templates.n; i++)
		out->templates[i] = text(m->templates.v[i]);
	return out->templates;
}

static bool put_orders_kind(struct arena *a, const struct msg_orders *m, Muster__V1__Frame *f)
{
	Muster__V1__Orders *out = KIND(f, a, orders, ORDERS, Muster__V1__Orders);
	if (!out)
		return false;
	out->session = m->session;
	out->epoch = m->epoch;
	out->revision = m->revision;
	out->page = m->page;
	out->more = m->more;
	out->since = m->since;
	out->total = m->total;
	out->n_gone = m->ngone;
	out->gone = arena_alloc(a, m->ngone * sizeof *out->gone);
	for (uint32_t i = 0; out->gone && i < m->ngone; i++)
		out->gone[i] = m->gone[i];
	return out->gone && put_orders(a, m, out);
}

static bool put(struct arena *a, const struct msg *msg, Muster__V1__Frame *f)
{
	switch (msg->type) {
	case MSG_NONE: return true;
	case MSG_HELLO: return put_hello(a, &msg->hello, f);
	case MSG_WELCOME: return put_welcome(a, &msg->welcome, f);
	case MSG_REJECT: return put_reject(a, &msg->reject, f);
	case MSG_REPORT: return put_report(a, &msg->report, f);
	case MSG_ACK: return put_ack(a, &msg->ack, f);
	case MSG_WATCH: return put_watch(a, &msg->watch, f);
	case MSG_ORDERS: return put_orders_kind(a, &msg->orders, f);
	}
	must_fail("a kind of message that there is", __FILE__, __LINE__);
}

/* ---- bytes ---- */

struct appender {
	ProtobufCBuffer base; /* first: protobuf-c hands this one back */
	struct buf *out;
};

static void append(ProtobufCBuffer *base, size_t len, const uint8_t *data)
{
	struct appender *a = (struct appender *)base;
	buf_put(a->out, data, len);
}

static enum rc pack(const Muster__V1__Frame *f, size_t max, struct buf *out, struct err *e)
{
	struct appender a = {{append}, out};
	size_t len = muster__v1__frame__get_packed_size(f);
	if (len > max)
		return err_set(e, RC_TOOBIG, "the frame would have %zu bytes, at most %zu fit", len,
			       max);
	muster__v1__frame__pack_to_buffer(f, &a.base);
	if (buf_rc(out) != RC_OK)
		return err_set(e, RC_TOOBIG, "the frame's buffer ends at %zu bytes", out->max);
	return scan_frame((const uint8_t *)buf_str(out), out->len, e);
}

enum rc wire_encode(const struct msg *msg, size_t max, struct buf *out, struct err *e)
{
	AUTO(arena_done) struct arena a = ARENA_INIT(SCRATCH_MAX);
	Muster__V1__Frame f = MUSTER__V1__FRAME__INIT;
	buf_reset(out);
	if (!put(&a, msg, &f))
		return err_set(e, RC_TOOBIG, "the message does not fit any frame");
	enum rc rc = pack(&f, max, out, e);
	if (rc != RC_OK)
		buf_reset(out);
	return rc;
}
