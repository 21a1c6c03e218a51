/* SPDX-License-Identifier: Apache-2.0 */
/* Decodes bytes into structs of protobuf-c in the arena, and those into plain structs. Every
 * number is checked here, so that later code can trust it. */
#include <limits.h>
#include <string.h>

#include "base/mem.h"
#include "wire/scan.h"

static const int64_t TIME_MAX_MS = 253402300799999; /* the last of the year 9999 */

/* ---- protobuf-c's memory ---- */

static void *take(void *self, size_t size)
{
	return arena_alloc(self, size);
}

static void leave(void *self, void *p)
{
	(void)self; /* the arena is freed as a whole */
	(void)p;
}

/* ---- parts ---- */

static enum rc out_of_range(struct err *e, const char *what)
{
	return err_set(e, RC_MALFORMED, "%s is out of its range", what);
}

static enum rc no_memory(struct err *e)
{
	return err_set(e, RC_TOOBIG, "the frame takes too much memory");
}

static enum rc get_resources(struct arena *a, Muster__V1__Resource *const *v, size_t n,
			     struct reslist *ret, struct err *e)
{
	struct res *out = arena_alloc(a, n * sizeof *out);
	if (!out)
		return no_memory(e);
	for (size_t i = 0; i < n; i++) {
		if (v[i]->milli < 0)
			return out_of_range(e, "Resource.milli");
		out[i] = (struct res){v[i]->name, v[i]->milli};
	}
	*ret = (struct reslist){out, (uint32_t)n};
	return RC_OK;
}

static enum rc get_capacity(struct arena *a, const Muster__V1__Capacity *c, struct capacity *ret,
			    struct err *e)
{
	*ret = (struct capacity){0};
	if (!c)
		return RC_OK;
	ret->foreign_pods = c->foreign_pods;
	ret->ports = (struct host_ports){c->host_ports, (uint32_t)c->n_host_ports};
	return get_resources(a, c->foreign, c->n_foreign, &ret->foreign, e);
}

static enum member_phase phase_of(Muster__V1__Phase phase)
{
	int64_t p = (int64_t)phase;
	return p > MEMBER_NONE && p < MEMBER_PHASE_N ? (enum member_phase)p : MEMBER_NONE;
}

static bool member_in_range(const Muster__V1__Member *m)
{
	return m->index < COMPLETIONS_MAX && m->attempt <= ATTEMPT_MAX;
}

/* 0, which says that nobody knows, if no calendar has it. */
static int64_t time_of(int64_t ms)
{
	return ms >= 0 && ms <= TIME_MAX_MS ? ms : 0;
}

static enum rc get_member(struct arena *a, const Muster__V1__Member *m, struct member *ret,
			  struct err *e)
{
	*ret = (struct member){.ns = m->namespace_,
			       .job_name = m->job_name,
			       .job_uid = m->job_uid,
			       .pod = m->pod,
			       .pod_uid = m->pod_uid,
			       .node = "",
			       .index = m->index,
			       .attempt = m->attempt,
			       .template_hash = m->template_hash,
			       .phase = phase_of(m->phase),
			       .ready = m->ready,
			       .deleting = m->deleting,
			       .exit_code = m->exit_code,
			       .reason = m->reason,
			       .message = m->message,
			       .started_ms = time_of(m->started_ms),
			       .ended_ms = time_of(m->ended_ms),
			       .ports = {m->host_ports, (uint32_t)m->n_host_ports},
			       .proof = m->proof,
			       .ticket = m->ticket,
			       .busy = m->busy,
			       .retry_after_ms = m->retry_after_ms};
	return get_resources(a, m->requests, m->n_requests, &ret->requests, e);
}

/* Agents up to 0.1 report each pod whose labels are numbers. One whose numbers no coordinator gives
 * is no member, so it is left out. */
static enum rc get_members(struct arena *a, Muster__V1__Member *const *v, size_t n,
			   const struct member **ret, uint32_t *ret_n, struct err *e)
{
	struct member *out = arena_alloc(a, n * sizeof *out);
	if (!out)
		return no_memory(e);
	*ret_n = 0;
	for (size_t i = 0; i < n; i++) {
		if (!member_in_range(v[i]))
			continue;
		enum rc rc = get_member(a, v[i], &out[(*ret_n)++], e);
		if (rc != RC_OK)
			return rc;
	}
	*ret = out;
	return RC_OK;
}

static enum rc get_order(const Muster__V1__Order *o, struct order *ret, struct err *e)
{
	if (o->index >= COMPLETIONS_MAX || o->parallelism > PARALLELISM_MAX ||
	    o->completions > COMPLETIONS_MAX || o->attempt > ATTEMPT_MAX)
		return out_of_range(e, "a number of Order");
	*ret = (struct order){.ns = o->namespace_,
			      .job_name = o->job_name,
			      .job_uid = o->job_uid,
			      .pod = o->pod,
			      .pod_uid = o->pod_uid,
			      .index = o->index,
			      .attempt = o->attempt,
			      .parallelism = o->parallelism,
			      .completions = o->completions,
			      .template_hash = o->template_hash,
			      .launch = o->launch,
			      .proof = o->proof,
			      .ticket = o->ticket,
			      .number = o->number};
	return RC_OK;
}

/* ---- kinds ---- */

static enum rc get_hello(struct arena *a, const Muster__V1__Hello *m, struct msg_hello *ret,
			 struct err *e)
{
	*ret = (struct msg_hello){.protocol = m->protocol,
				  .token = m->token,
				  .node = m->node,
				  .boot_id = m->boot_id,
				  .version = m->version,
				  .agent = m->agent,
				  .proofs = m->proofs,
				  .deltas = m->deltas,
				  .completions = m->completions,
				  .epoch = m->epoch,
				  .page = m->page,
				  .last_page = m->last_page};
	enum rc rc = get_capacity(a, m->capacity, &ret->capacity, e);
	if (rc == RC_OK)
		rc = get_members(a, m->members, m->n_members, &ret->members, &ret->nmembers, e);
	return rc;
}

static enum rc get_reject(const Muster__V1__Reject *m, struct msg_reject *ret)
{
	int64_t reason = (int64_t)m->reason;
	*ret = (struct msg_reject){.message = m->message, .leader = m->leader};
	if (reason > REJECT_NONE && reason <= REJECT_MALFORMED)
		ret->reason = (enum reject)reason;
	return RC_OK;
}

static enum rc get_report(struct arena *a, const Muster__V1__Report *m, struct msg_report *ret,
			  struct err *e)
{
	*ret = (struct msg_report){.session = m->session,
				   .seq = m->seq,
				   .has_capacity = m->capacity,
				   .token = m->token};
	enum rc rc = get_capacity(a, m->capacity, &ret->capacity, e);
	if (rc == RC_OK)
		rc = get_members(a, m->members, m->n_members, &ret->members, &ret->nmembers, e);
	return rc;
}

static enum rc get_watch(struct arena *a, const Muster__V1__Watch *m, struct msg_watch *ret,
			 struct err *e)
{
	const char **v = arena_alloc(a, m->n_templates * sizeof *v);
	if (!v)
		return no_memory(e);
	for (size_t i = 0; i < m->n_templates; i++)
		v[i] = m->templates[i];
	*ret = (struct msg_watch){.session = m->session,
				  .revision = m->revision,
				  .page = m->page,
				  .templates = {v, (uint32_t)m->n_templates}};
	return RC_OK;
}

static enum rc get_orders(struct arena *a, const Muster__V1__Orders *m, struct msg_orders *ret,
			  struct err *e)
{
	struct order *orders = arena_alloc(a, m->n_orders * sizeof *orders);
	struct template_text *templates = arena_alloc(a, m->n_templates * sizeof *templates);
	if (!orders || !templates)
		return no_memory(e);
	for (size_t i = 0; i < m->n_orders; i++) {
		enum rc rc = get_order(m->orders[i], &orders[i], e);
		if (rc != RC_OK)
			return rc;
	}
	for (size_t i = 0; i < m->n_templates; i++)
		templates[i] = (struct template_text){m->templates[i]->hash, m->templates[i]->text,
						      m->templates[i]->namespace_};
	*ret = (struct msg_orders){.session = m->session,
				   .epoch = m->epoch,
				   .revision = m->revision,
				   .page = m->page,
				   .more = m->more,
				   .orders = orders,
				   .norders = (uint32_t)m->n_orders,
				   .templates = templates,
				   .ntemplates = (uint32_t)m->n_templates,
				   .since = m->since,
				   .gone = m->gone,
				   .ngone = (uint32_t)m->n_gone,
				   .total = m->total};
	return RC_OK;
}

static enum rc get_short(const Muster__V1__Frame *f, struct msg *ret)
{
	if (ret->type == MSG_WELCOME)
		ret->welcome = (struct msg_welcome){.session = f->welcome->session,
						    .epoch = f->welcome->epoch,
						    .heartbeat_ms = f->welcome->heartbeat_ms,
						    .hold_ms = f->welcome->hold_ms,
						    .more = f->welcome->more};
	else if (ret->type == MSG_ACK)
		ret->ack = (struct msg_ack){f->ack->session, f->ack->seq};
	return RC_OK;
}

static enum msg_type type_of(const Muster__V1__Frame *f)
{
	switch (f->kind_case) {
	case MUSTER__V1__FRAME__KIND_HELLO: return MSG_HELLO;
	case MUSTER__V1__FRAME__KIND_WELCOME: return MSG_WELCOME;
	case MUSTER__V1__FRAME__KIND_REJECT: return MSG_REJECT;
	case MUSTER__V1__FRAME__KIND_REPORT: return MSG_REPORT;
	case MUSTER__V1__FRAME__KIND_ACK: return MSG_ACK;
	case MUSTER__V1__FRAME__KIND_WATCH: return MSG_WATCH;
	case MUSTER__V1__FRAME__KIND_ORDERS: return MSG_ORDERS;
	case MUSTER__V1__FRAME__KIND__NOT_SET:
	case _MUSTER__V1__FRAME__KIND__CASE_IS_INT_SIZE: break;
	}
	return MSG_NONE;
}

static enum rc get(struct arena *a, const Muster__V1__Frame *f, struct msg *ret, struct err *e)
{
	*ret = (struct msg){.type = type_of(f)};
	switch (ret->type) {
	case MSG_HELLO: return get_hello(a, f->hello, &ret->hello, e);
	case MSG_REJECT: return get_reject(f->reject, &ret->reject);
	case MSG_REPORT: return get_report(a, f->report, &ret->report, e);
	case MSG_WATCH: return get_watch(a, f->watch, &ret->watch, e);
	case MSG_ORDERS: return get_orders(a, f->orders, &ret->orders, e);
	case MSG_WELCOME:
	case MSG_ACK:
	case MSG_NONE: break;
	}
	return get_short(f, ret);
}

enum rc wire_decode(const void *frame, size_t len, size_t max, struct arena *a, struct msg *ret,
		    struct err *e)
{
	ProtobufCAllocator allocator = {take, leave, a};
	*ret = (struct msg){.type = MSG_NONE};
	if (len > max)
		return err_set(e, RC_TOOBIG, "the frame has %zu bytes, at most %zu are read", len,
			       max);
	if (len == 0)
		frame = ""; /* whatever it was: nothing is added to a NULL */
	enum rc rc = scan_frame(frame, len, e);
	if (rc != RC_OK)
		return rc;
	const Muster__V1__Frame *f = muster__v1__frame__unpack(&allocator, len, frame);
	if (!f)
		return a->toobig ? no_memory(e)
				 : err_set(e, RC_MALFORMED, "the frame cannot be unpacked");
	struct msg msg;
	rc = get(a, f, &msg, e);
	if (rc == RC_OK)
		*ret = msg;
	return rc;
}
