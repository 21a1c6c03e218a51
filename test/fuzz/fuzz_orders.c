/* SPDX-License-Identifier: Apache-2.0 */
/* Orders as the core makes them, whatever names, numbers and templates jobs have: each page fits
 * into a frame, and an agent reads what was ordered. The input says how long each text is. */
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct input {
	const uint8_t *p, *end;
	struct arena arena;
};

static uint32_t number(struct input *in, uint32_t most)
{
	uint32_t n = 0;
	for (int i = 0; i < 4 && in->p < in->end; i++)
		n = n << 8 | *in->p++;
	return n % (most + 1);
}

/* Text of any characters that a frame takes. */
static const char *text(struct input *in, uint32_t most)
{
	uint32_t n = number(in, most);
	char *s = arena_alloc(&in->arena, (size_t)n + 1);
	for (uint32_t i = 0; i < n; i++)
		s[i] = (char)(1 + (in->p < in->end ? *in->p++ : i) % 127);
	s[n] = 0;
	return s;
}

static struct order order(struct input *in)
{
	return (struct order){.ns = text(in, 63),
			      .job_name = text(in, JOB_NAME_MAX),
			      .job_uid = text(in, UID_MAX),
			      .pod = text(in, POD_NAME_BYTES - 1),
			      .pod_uid = text(in, UID_MAX),
			      .index = number(in, COMPLETIONS_MAX - 1),
			      .attempt = number(in, ATTEMPT_MAX),
			      .parallelism = number(in, PARALLELISM_MAX),
			      .completions = number(in, COMPLETIONS_MAX),
			      .template_hash = text(in, TEMPLATE_HASH_BYTES - 1),
			      .launch = number(in, 1),
			      .ticket = number(in, UINT32_MAX - 1),
			      .number = number(in, UINT32_MAX - 1),
			      .proof = text(in, PROOF_TEXT_BYTES - 1)};
}

static void same(const struct order *a, const struct order *b)
{
	must(str_eq(a->ns, b->ns) && str_eq(a->pod, b->pod) && str_eq(a->job_uid, b->job_uid));
	must(str_eq(a->pod_uid, b->pod_uid) && str_eq(a->template_hash, b->template_hash));
	must(a->ticket == b->ticket && a->number == b->number);
	must(a->index == b->index && a->attempt == b->attempt && a->launch == b->launch);
	must(str_eq(a->proof, b->proof) && a->parallelism == b->parallelism &&
	     a->completions == b->completions);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct input in = {data, data + len, ARENA_INIT(4 << 20)};
	AUTO(arena_done) struct arena read = ARENA_INIT(WIRE_ARENA_COORDINATOR_MAX);
	AUTO(buf_done) struct buf out = BUF_INIT(FRAME_COORDINATOR_MAX);
	struct order v[PAGE_ORDERS_MAX];
	struct msg back;
	struct err e;
	uint32_t n = number(&in, PAGE_ORDERS_MAX);
	for (uint32_t i = 0; i < n; i++)
		v[i] = order(&in);
	struct template_text t = {.hash = text(&in, TEMPLATE_HASH_BYTES - 1),
				  .text = text(&in, POD_BYTES_MAX),
				  .ns = text(&in, 63)};
	static uint32_t gone[NODE_PODS_MAX];
	uint32_t ngone = number(&in, NODE_PODS_MAX);
	for (uint32_t i = 0; i < ngone; i++)
		gone[i] = UINT32_MAX - i;
	struct msg msg = {.type = MSG_ORDERS,
			  .orders = {.session = 1,
				     .epoch = 2,
				     .revision = 3,
				     .orders = v,
				     .norders = n,
				     .templates = &t,
				     .ntemplates = 1,
				     .since = ngone,
				     .gone = gone,
				     .ngone = ngone,
				     .total = n}};
	must(wire_encode(&msg, FRAME_COORDINATOR_MAX, &out, &e) == RC_OK);
	must(wire_decode(out.data, out.len, FRAME_COORDINATOR_MAX, &read, &back, &e) == RC_OK);
	must(back.orders.norders == n && back.orders.ngone == ngone);
	must(back.orders.since == ngone && back.orders.total == n);
	for (uint32_t i = 0; i < n; i++)
		same(&v[i], &back.orders.orders[i]);
	arena_done(&in.arena);
	return 0;
}
