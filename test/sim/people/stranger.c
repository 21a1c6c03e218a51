/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/people/stranger.h"

#include <stdlib.h>

#include "base/mem.h"
#include "test/sim/cluster/config.h"
#include "test/sim/world/net.h"

/* The wait for a first Hello and that for a good one are 5 s each (hello_wait_ms); the rest is the
 * way of what is sent, and of what is slow in an undisturbed network. */
enum { ROUND_MS = 1500, BURST_MS = 40, STAY_MAX_MS = 10000 + 3000, MEMBERS = 40 };

/* Who says Hello as seldom as this has not used up the Hellos of a connection (16) when its time is
 * over. */
enum { PATIENT_MS = 3500 };

/* ---- what it says ---- */

/* No API server knows these; the last one has expired. */
static const char *token_of(struct stranger *s)
{
	static const char *const tokens[] = {"stolen", "stolen too", "", "token n1 1"};
	return tokens[rng_below(&s->rng, ARRAY_LEN(tokens))];
}

/* Members of jobs that there are, completed by their own account. */
static struct member *members_of(struct stranger *s, struct arena *a, uint32_t *ret_n)
{
	struct world *w = &s->cluster->world;
	const struct shelf *jobs = &w->server.store.shelf[API_JOB];
	*ret_n = jobs->n ? (uint32_t)rng_below(&s->rng, MEMBERS) : 0;
	struct member *v = arena_alloc(a, (*ret_n + 1) * sizeof *v);
	for (uint32_t i = 0; i < *ret_n; i++) {
		const struct version *job = jobs->v[rng_below(&s->rng, jobs->n)];
		char name[POD_NAME_BYTES];
		v[i] = (struct member){.ns = job->meta.ns,
				       .job_name = job->meta.name,
				       .job_uid = job->meta.uid,
				       .node = "",
				       .index = (uint32_t)rng_below(&s->rng, 4),
				       .attempt = 1 + (uint32_t)rng_below(&s->rng, 3),
				       .template_hash = str_or_empty(job->job.spec.template_hash),
				       .phase = MEMBER_SUCCEEDED,
				       .pod_uid = "made-up",
				       .proof = "",
				       .reason = "",
				       .message = ""};
		member_pod_name(v[i].job_name, v[i].job_uid, v[i].index, v[i].attempt, name);
		v[i].pod = arena_strdup(a, name);
	}
	return v;
}

static const char *node_of(struct stranger *s, struct arena *a)
{
	return arena_printf(a, "n%u",
			    1 + (uint32_t)rng_below(&s->rng, s->cluster->cfg.machines + 1));
}

static struct msg message(struct stranger *s, struct arena *a, bool patient)
{
	uint32_t n, kind = (uint32_t)rng_below(&s->rng, 8) + 8 * patient;
	struct member *v = members_of(s, a, &n);
	uint64_t session = rng_below(&s->rng, 40);
	if (kind == 0)
		return (struct msg){.type = MSG_REPORT,
				    .report = {.session = session,
					       .seq = rng_below(&s->rng, 3),
					       .members = v,
					       .nmembers = n,
					       .token = token_of(s)}};
	if (kind == 1)
		return (struct msg){.type = MSG_WATCH, .watch = {.session = session}};
	if (kind == 2)
		return (struct msg){.type = MSG_ACK, .ack = {session, 1}};
	return (struct msg){.type = MSG_HELLO,
			    .hello = {.protocol = (uint32_t)rng_below(&s->rng, 8) ? 1 : 77,
				      .token = token_of(s),
				      .node = node_of(s, a),
				      .boot_id = "boot",
				      .version = "0.1.0",
				      .agent = "stranger",
				      .proofs = true,
				      .epoch = rng_below(&s->rng, 16) ? 0 : UINT64_MAX,
				      .page = (uint32_t)rng_below(&s->rng, 12) ? 0 : 1,
				      .last_page = rng_below(&s->rng, 4),
				      .members = v,
				      .nmembers = n}};
}

/* ---- what it hears ---- */

static void on_open(void *self)
{
	struct visit *v = self;
	v->since_ms = v->of->host.clock->now_ms;
}

static void on_closed(void *self, const char *why)
{
	struct visit *v = self;
	(void)why;
	v->since_ms = 0;
}

static void on_reply(void *self, enum link_channel ch, const struct msg *msg)
{
	struct visit *v = self;
	struct world *w = &v->of->cluster->world;
	(void)ch;
	if (msg->type != MSG_REJECT)
		world_fail(w, "stranger", "somebody without a good token is answered by a %d",
			   (int)msg->type);
	server_count(&w->server, FACT_STRANGER);
}

/* ---- time ---- */

/* Who has not shown a good token is sent away in time, whatever it says meanwhile. */
static void check_stay(const struct visit *v)
{
	struct world *w = &v->of->cluster->world;
	if (v->of->undisturbed && v->since_ms && w->clock.now_ms - v->since_ms > STAY_MAX_MS)
		world_fail(w, "stranger", "a connection without a good token is open for %d s",
			   (int)((w->clock.now_ms - v->since_ms) / 1000));
}

/* Every other connection stays and says one Hello after the other, each before the time for the
 * next is over. */
static void act(struct stranger *s, struct visit *v)
{
	bool patient = (v - s->visits) % 2;
	int64_t now_ms = s->cluster->world.clock.now_ms;
	check_stay(v);
	if (patient && v->since_ms && now_ms - v->said_ms < PATIENT_MS)
		return;
	if (!v->since_ms || (!patient && rng_below(&s->rng, 40) == 0)) {
		v->since_ms = 0;
		v->link.dial(v->link.self, cluster_service);
		return;
	}
	AUTO(arena_done) struct arena a = ARENA_INIT(1 << 20);
	struct msg msg = message(s, &a, patient);
	v->said_ms = now_ms;
	if (patient || rng_below(&s->rng, 4))
		v->link.request(v->link.self, rng_below(&s->rng, 2) ? LINK_WATCH : LINK_REPORT,
				&msg);
}

static void on_round(void *self, uint64_t arg)
{
	struct stranger *s = self;
	struct world *w = &s->cluster->world;
	if (w->clock.now_ms >= s->until_ms)
		return;
	for (int i = 0; i < 3; i++)
		act(s, &s->visits[rng_below(&s->rng, STRANGER_VISITS)]);
	/* It comes in bursts: half a second of messages, then a pause. */
	int64_t pause = arg % 16 ? BURST_MS : ROUND_MS;
	clock_at(&w->clock, w->clock.now_ms + 1 + (int64_t)rng_below(&s->rng, (uint64_t)pause),
		 on_round, s, arg + 1);
}

static void on_turn(void *self, uint64_t seq)
{
	struct stranger *s = self;
	if (seq != s->host.turn_seq)
		return;
	s->host.turn_at_ms = INT64_MAX;
	host_read_mail(&s->host);
}

void stranger_begin(struct stranger *s)
{
	struct world *w = &s->cluster->world;
	s->host = (struct host){.clock = &w->clock,
				.counts = &w->server.counts,
				.on_turn = on_turn,
				.self = s,
				.name = "stranger",
				.node = "stranger",
				.incarnation = 1,
				.alive = true,
				.stranger = true,
				.turn_at_ms = INT64_MAX};
	for (uint32_t i = 0; i < STRANGER_VISITS; i++) {
		struct visit *v = &s->visits[i];
		*v = (struct visit){.of = s, .port = port_open(w->net, &s->host, "")};
		v->link = port_client(v->port);
		port_client_sink(v->port,
				 (struct link_client_sink){v, on_open, on_closed, on_reply});
	}
	world_note(w, "a stranger is at the port");
	clock_at(&w->clock, 500 + (int64_t)rng_below(&s->rng, ROUND_MS), on_round, s, 0);
}

void stranger_end(struct stranger *s)
{
	for (uint32_t i = 0; i < STRANGER_VISITS; i++)
		port_close(s->visits[i].port, true);
	s->host.alive = false;
	free(STEAL(s->host.mail));
	s->host.nmail = s->host.cap_mail = 0;
}
