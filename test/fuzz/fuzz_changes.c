/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of orders in any order, pages and changes, as an agent's session takes them: it never has
 * more than it was told, and a set that is complete is what the last frame says it is. */
#include <stdint.h>

#include "base/mem.h"
#include "sync/agent/orders.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { ORDERS = 4, GONE = 3 };

struct input {
	const uint8_t *p, *end;
};

static uint32_t below(struct input *in, uint32_t n)
{
	return in->p < in->end ? *in->p++ % n : 0;
}

static void frame(struct input *in, struct agent_orders *o)
{
	static const char *const pods[] = {"a", "b", "c", "d", "e", "f"};
	struct order v[ORDERS];
	uint32_t gone[GONE];
	struct msg_orders m = {.revision = 1 + below(in, 8), .orders = v, .gone = gone};
	uint64_t before = o->revision;
	uint32_t held = o->held.n;
	m.page = below(in, 4) ? 0 : below(in, 4);
	m.more = below(in, 4) == 0;
	m.since = below(in, 2) ? below(in, 8) : o->revision;
	m.norders = below(in, ORDERS + 1);
	m.ngone = below(in, GONE + 1);
	m.total = below(in, 2) ? below(in, 8) : o->held.n + m.norders - m.ngone;
	for (uint32_t i = 0; i < m.norders; i++)
		v[i] = (struct order){
			.ns = "n", .pod = pods[below(in, ARRAY_LEN(pods))], .number = below(in, 8)};
	for (uint32_t i = 0; i < m.ngone; i++)
		gone[i] = below(in, 8);
	enum agent_orders_end end = agent_orders_take(o, &m);
	must(end != AGENT_ORDERS_TOO_MANY);
	if (end != AGENT_ORDERS_COMPLETE) {
		must(o->held.n == held && (o->revision == before || (m.since && !o->revision)));
		return;
	}
	must(o->revision == m.revision && !o->collecting && !m.more);
	must(!m.since || (m.since == before && o->held.n == m.total));
	must(m.norders <= o->held.n);
	for (uint32_t i = 0; m.since && i < o->held.n - m.norders; i++)
		for (uint32_t k = 0; k < m.ngone; k++)
			must(o->held.v[i].number != gone[k]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct input in = {data, data + len};
	struct agent_orders o;
	agent_orders_init(&o);
	while (in.p < in.end)
		frame(&in, &o);
	agent_orders_done(&o);
	return 0;
}
