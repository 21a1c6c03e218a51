/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "rig.h"

static const char *token(void *self)
{
	return ((struct agent *)self)->token;
}

static void take_snapshot(void *self, struct capacity *cap, const struct member **ret,
			  uint32_t *ret_n)
{
	static const struct res cpu = {"cpu", 4000};
	(void)self;
	cap->foreign = (struct reslist){&cpu, 1};
	cap->foreign_pods = 3;
	*ret = NULL;
	*ret_n = 0;
}

static bool take_changes(void *self, struct msg_report *rep)
{
	static struct member members[PAGE_MEMBERS_MAX];
	struct agent *a = self;
	for (uint32_t i = 0; i < a->report_members; i++)
		members[i] = (struct member){.ns = "default",
					     .job_name = "hello",
					     .pod = "hello-0-abcde",
					     .index = i,
					     .phase = MEMBER_RUNNING};
	rep->members = members;
	rep->nmembers = a->report_members;
	a->report_members = 0;
	return rep->nmembers > 0;
}

static void on_orders(void *self, uint64_t epoch, const struct order *v, uint32_t n)
{
	struct agent *a = self;
	must(epoch == 7);
	a->norders = n;
	a->orders_seen = n ? v[0].attempt : 0;
}

static void on_template(void *self, const char *name, const char *text)
{
	const char *hash = strchr(name, '/'); /* namespace/hash */
	(void)self;
	must(hash && strlen(hash + 1) == 16 && text[0] == 'x');
}

static void templates(void *self, struct strs *ret)
{
	(void)self;
	*ret = (struct strs){0};
}

static void on_state(void *self, bool connected, const char *why)
{
	struct agent *a = self;
	if (a->connected && !connected)
		a->hangups++;
	a->connected = connected;
	size_t n = strnlen(why, sizeof a->why - 1);
	memcpy(a->why, why, n);
	a->why[n] = '\0';
}

static void wake(void *self)
{
	const struct rig *r = self;
	const uint64_t one = 1;
	must(write(r->wake_fd, &one, sizeof one) == sizeof one);
}

static void put_text(char *to, size_t bytes, const char *text)
{
	must(strlen(text) < bytes);
	memcpy(to, text, strlen(text) + 1);
}

struct agent *agent_add(struct rig *r, const char *node, const char *bundle,
			const char *server_name, const char *own_token)
{
	struct agent *a = mem_zalloc(1, sizeof *a);
	AUTO(buf_done) struct buf address = BUF_INIT(64), good = BUF_INIT(64);
	a->rig = r;
	put_text(a->node, sizeof a->node, node);
	buf_printf(&good, "good:%s", node);
	put_text(a->token, sizeof a->token, own_token ? own_token : buf_str(&good));
	buf_printf(&address, "127.0.0.1:%u", (unsigned)link_listener_port(r->listener));
	struct link_dialer_config dial = {.server_name = server_name ? server_name : SERVER_NAME,
					  .bundle = bundle ? bundle : r->ca.cert,
					  .wake = {r, wake}};
	must(link_dialer_new(&dial, &a->dialer, NULL) == RC_OK);
	struct agent_session_config cfg = {.node = a->node,
					   .boot_id = "boot",
					   .version = "test",
					   .agent = a->node,
					   .address = buf_str(&address),
					   .dial_ms = 3000,
					   .ack_ms = 3000,
					   .backoff_base_ms = 200,
					   .backoff_cap_ms = 5000,
					   .self = a,
					   .token = token,
					   .take_snapshot = take_snapshot,
					   .take_changes = take_changes,
					   .on_orders = on_orders,
					   .on_template = on_template,
					   .templates = templates,
					   .on_state = on_state};
	struct link_client client = link_dialer_api(a->dialer);
	a->session = agent_session_new(&cfg, &client, NULL, 1 + r->nagents);
	struct link_client_sink sink = agent_session_sink(a->session);
	link_dialer_set_sink(a->dialer, &sink);
	must(r->nagents < ARRAY_LEN(r->agents));
	r->agents[r->nagents++] = a;
	agent_session_start(a->session, rig_now());
	return a;
}

void agent_turn(struct agent *a, int64_t now_ms)
{
	agent_session_now(a->session, now_ms);
	link_dialer_drain(a->dialer);
	agent_session_tick(a->session, now_ms);
}

int64_t agent_due(const struct agent *a)
{
	return agent_session_deadline(a->session);
}

bool all_connected(struct rig *r, void *arg)
{
	(void)arg;
	for (uint32_t i = 0; i < r->nagents; i++) {
		if (!r->agents[i]->connected)
			return false;
	}
	return true;
}

bool all_ordered(struct rig *r, void *arg)
{
	const uint32_t *attempt = arg;
	for (uint32_t i = 0; i < r->nagents; i++) {
		if (r->agents[i]->orders_seen != *attempt)
			return false;
	}
	return true;
}
