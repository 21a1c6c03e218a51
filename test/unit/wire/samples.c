/* SPDX-License-Identifier: Apache-2.0 */
#include "test/unit/wire/samples.h"

#include "base/mem.h"

static const struct res foreign[] = {{"cpu", 1500}, {"example.com/gpu", 2000}};
static const struct res requests[] = {{"memory", (int64_t)64 << 40}};

static uint64_t node_ports[] = {80, UINT64_MAX, 1}, pod_ports[] = {9100};

static const struct member members[] = {
	{.ns = "default",
	 .job_name = "hello",
	 .job_uid = "5b3c7f0e-0000-4000-8000-000000000001",
	 .pod = "hello-3-abcde",
	 .pod_uid = "5b3c7f0e-0000-4000-8000-000000000002",
	 .index = COMPLETIONS_MAX - 1,
	 .attempt = 7,
	 .template_hash = "0123456789abcdef",
	 .phase = MEMBER_FAILED,
	 .ready = true,
	 .deleting = true,
	 .exit_code = -1,
	 .reason = "OOMKilled",
	 .message = "größer als erlaubt",
	 .started_ms = 1767225600000,
	 .ended_ms = 1767225601000,
	 .requests = {requests, 1},
	 .ports = {pod_ports, 1},
	 .proof = "01234567.00112233445566778899aabbccddeeff"},
	{.ns = "a", .job_name = "b", .pod = "c", .phase = MEMBER_HELD},
};

static const struct order orders[] = {
	{.ns = "default",
	 .job_name = "hello",
	 .job_uid = "uid",
	 .pod = "hello-0-abcde",
	 .pod_uid = "pod-uid",
	 .index = 4,
	 .attempt = 2,
	 .parallelism = PARALLELISM_MAX,
	 .completions = COMPLETIONS_MAX,
	 .template_hash = "0123456789abcdef",
	 .launch = true,
	 .ticket = UINT32_MAX,
	 .number = UINT32_MAX,
	 .proof = "01234567.00112233445566778899aabbccddeeff"},
	{.ns = "x", .pod = "y"},
};

static const struct template_text templates[] = {{"0123456789abcdef", "{\"spec\":{}}", "default"}};
static const uint32_t gone[] = {1, 4096, UINT32_MAX};
static const char *const hashes[] = {"0123456789abcdef", "fedcba9876543210"};

static const struct msg samples[SAMPLES] = {
	{.type = MSG_HELLO,
	 .hello = {.protocol = 1,
		   .token = "header.payload.signature",
		   .node = "worker-1",
		   .boot_id = "boot",
		   .version = "0.1.0",
		   .agent = "worker-1-17",
		   .capacity = {{foreign, 2}, 9, {node_ports, 3}},
		   .deltas = true,
		   .completions = true,
		   .epoch = UINT64_MAX,
		   .page = 3,
		   .last_page = true,
		   .members = members,
		   .nmembers = 2}},
	{.type = MSG_WELCOME, .welcome = {UINT64_MAX, 1234567, 2000, 30000, true}},
	{.type = MSG_REJECT, .reject = {REJECT_NOT_LEADER, "not the leader", "10.0.0.7:7117"}},
	{.type = MSG_REPORT,
	 .report = {.session = 5,
		    .seq = 6,
		    .has_capacity = true,
		    .capacity = {.foreign = {foreign, 1}},
		    .members = members,
		    .nmembers = 1,
		    .token = "newer"}},
	{.type = MSG_ACK, .ack = {5, 6}},
	{.type = MSG_WATCH,
	 .watch = {.session = 5, .revision = 8, .page = 1, .templates = {hashes, 2}}},
	{.type = MSG_ORDERS,
	 .orders = {.session = 5,
		    .epoch = 6,
		    .revision = 7,
		    .page = 8,
		    .more = true,
		    .orders = orders,
		    .norders = 2,
		    .templates = templates,
		    .ntemplates = 1}},
	{.type = MSG_ORDERS,
	 .orders = {.session = 5,
		    .revision = UINT64_MAX,
		    .orders = orders,
		    .norders = 1,
		    .since = UINT64_MAX - 1,
		    .gone = gone,
		    .ngone = 3,
		    .total = 4096}},
};

const struct msg *sample(int i)
{
	must(i >= 0 && i < SAMPLES);
	return &samples[i];
}

/* ---- comparing ---- */

static bool res_eq(const struct reslist *a, const struct reslist *b)
{
	for (uint32_t i = 0; a->n == b->n && i < a->n; i++) {
		if (!str_eq(a->v[i].name, b->v[i].name) || a->v[i].milli != b->v[i].milli)
			return false;
	}
	return a->n == b->n;
}

static bool member_eq(const struct member *a, const struct member *b)
{
	return str_eq(a->ns, b->ns) && str_eq(a->job_name, b->job_name) &&
	       str_eq(a->job_uid, b->job_uid) && str_eq(a->pod, b->pod) &&
	       str_eq(a->pod_uid, b->pod_uid) && a->index == b->index && a->attempt == b->attempt &&
	       str_eq(a->template_hash, b->template_hash) && a->phase == b->phase &&
	       a->ready == b->ready && a->deleting == b->deleting && a->exit_code == b->exit_code &&
	       str_eq(a->reason, b->reason) && str_eq(a->message, b->message) &&
	       a->started_ms == b->started_ms && a->ended_ms == b->ended_ms &&
	       res_eq(&a->requests, &b->requests) && host_ports_same(&a->ports, &b->ports) &&
	       str_eq(a->proof, b->proof);
}

static bool members_eq(const struct member *a, uint32_t na, const struct member *b, uint32_t nb)
{
	for (uint32_t i = 0; na == nb && i < na; i++) {
		if (!member_eq(&a[i], &b[i]))
			return false;
	}
	return na == nb;
}

static bool capacity_eq(const struct capacity *a, const struct capacity *b)
{
	return a->foreign_pods == b->foreign_pods && res_eq(&a->foreign, &b->foreign) &&
	       host_ports_same(&a->ports, &b->ports);
}

static bool hello_eq(const struct msg_hello *a, const struct msg_hello *b)
{
	return a->protocol == b->protocol && str_eq(a->token, b->token) &&
	       str_eq(a->node, b->node) && str_eq(a->boot_id, b->boot_id) &&
	       str_eq(a->version, b->version) && str_eq(a->agent, b->agent) &&
	       capacity_eq(&a->capacity, &b->capacity) && a->page == b->page &&
	       a->epoch == b->epoch && a->last_page == b->last_page && a->deltas == b->deltas &&
	       a->completions == b->completions &&
	       members_eq(a->members, a->nmembers, b->members, b->nmembers);
}

static bool report_eq(const struct msg_report *a, const struct msg_report *b)
{
	return a->session == b->session && a->seq == b->seq && a->has_capacity == b->has_capacity &&
	       capacity_eq(&a->capacity, &b->capacity) && str_eq(a->token, b->token) &&
	       members_eq(a->members, a->nmembers, b->members, b->nmembers);
}

static bool watch_eq(const struct msg_watch *a, const struct msg_watch *b)
{
	for (uint32_t i = 0; a->templates.n == b->templates.n && i < a->templates.n; i++) {
		if (!str_eq(a->templates.v[i], b->templates.v[i]))
			return false;
	}
	return a->session == b->session && a->revision == b->revision && a->page == b->page &&
	       a->templates.n == b->templates.n;
}

static bool order_eq(const struct order *a, const struct order *b)
{
	return str_eq(a->ns, b->ns) && str_eq(a->job_name, b->job_name) &&
	       str_eq(a->job_uid, b->job_uid) && str_eq(a->pod, b->pod) &&
	       str_eq(a->pod_uid, b->pod_uid) && a->index == b->index && a->attempt == b->attempt &&
	       a->parallelism == b->parallelism && a->completions == b->completions &&
	       str_eq(a->template_hash, b->template_hash) && a->launch == b->launch &&
	       str_eq(a->proof, b->proof) && a->ticket == b->ticket && a->number == b->number;
}

static bool orders_eq(const struct msg_orders *a, const struct msg_orders *b)
{
	if (a->norders != b->norders || a->ntemplates != b->ntemplates)
		return false;
	for (uint32_t i = 0; i < a->norders; i++) {
		if (!order_eq(&a->orders[i], &b->orders[i]))
			return false;
	}
	for (uint32_t i = 0; i < a->ntemplates; i++) {
		if (!str_eq(a->templates[i].hash, b->templates[i].hash) ||
		    !str_eq(a->templates[i].ns, b->templates[i].ns) ||
		    !str_eq(a->templates[i].text, b->templates[i].text))
			return false;
	}
	for (uint32_t i = 0; a->ngone == b->ngone && i < a->ngone; i++) {
		if (a->gone[i] != b->gone[i])
			return false;
	}
	return a->session == b->session && a->epoch == b->epoch && a->revision == b->revision &&
	       a->page == b->page && a->more == b->more && a->since == b->since &&
	       a->ngone == b->ngone && a->total == b->total;
}

bool sample_eq(const struct msg *a, const struct msg *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case MSG_NONE: return true;
	case MSG_HELLO: return hello_eq(&a->hello, &b->hello);
	case MSG_WELCOME:
		return a->welcome.session == b->welcome.session &&
		       a->welcome.epoch == b->welcome.epoch &&
		       a->welcome.heartbeat_ms == b->welcome.heartbeat_ms &&
		       a->welcome.hold_ms == b->welcome.hold_ms &&
		       a->welcome.more == b->welcome.more;
	case MSG_REJECT:
		return a->reject.reason == b->reject.reason &&
		       str_eq(a->reject.message, b->reject.message) &&
		       str_eq(a->reject.leader, b->reject.leader);
	case MSG_REPORT: return report_eq(&a->report, &b->report);
	case MSG_ACK: return a->ack.session == b->ack.session && a->ack.seq == b->ack.seq;
	case MSG_WATCH: return watch_eq(&a->watch, &b->watch);
	case MSG_ORDERS: return orders_eq(&a->orders, &b->orders);
	}
	return false;
}
