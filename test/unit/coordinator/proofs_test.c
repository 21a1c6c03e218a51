/* SPDX-License-Identifier: Apache-2.0 */
/* The life of the Secret with the keys, over a Secret of the test's own. */
#include "coordinator/proofs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "test/lib/check.h"

enum { NOW_S = 1000000 };

struct secret { /* the API server: one Secret; each request ends with the next "serve" */
	bool exists, asked, canceled;
	enum rc rc; /* not RC_OK: how the next request ends */
	struct api_request req;
	struct api_sink sink;
	char keys[PROOF_RING_TEXT_MAX], epoch[32], before[32], holder[64];
	uint32_t ready, writes;
	int64_t now_ms, wall_ms;
	int64_t ahead_s; /* the server's clock before ours */
	struct log log;
	struct proofs *p;
	struct proofs_config cfg;
	uint64_t rv, fence;
};

static void no_line(void *self, enum log_level level, const char *msg, const struct log_kv *kv,
		    size_t n)
{
	(void)self, (void)level, (void)msg, (void)kv, (void)n;
}

static void copy(char *to, size_t size, const struct keyed_data *d, size_t i)
{
	size_t n = strlen(d->data.v[i].val);
	assert_true(n < size);
	memcpy(to, d->data.v[i].val, n + 1);
}

static uint64_t submit(void *self, const struct api_request *req, const struct api_sink *sink)
{
	struct secret *s = self;
	assert_false(s->asked);
	assert_int_equal(req->kind, API_SECRET);
	assert_string_equal(req->name, "keys");
	assert_string_equal(req->ns, "muster");
	s->asked = true;
	s->req = *req;
	s->sink = *sink;
	s->fence = req->rv ? strtoull(req->rv, NULL, 10) : 0;
	if (req->verb != API_GET && s->rc == RC_OK) {
		copy(s->keys, sizeof s->keys, req->data, 0);
		copy(s->epoch, sizeof s->epoch, req->data, 1);
		copy(s->before, sizeof s->before, req->data, 2);
		copy(s->holder, sizeof s->holder, req->data, 3);
	}
	return 7;
}

static void cancel(void *self, uint64_t id)
{
	struct secret *s = self;
	assert_int_equal(id, 7);
	s->asked = false;
	s->canceled = true;
}

static void next_key(void *ret, size_t len)
{
	static unsigned char n;
	memset(ret, ++n, len);
}

static void on_ready(void *self)
{
	((struct secret *)self)->ready++;
}

static void show(struct secret *s)
{
	AUTO(arena_done) struct arena a = ARENA_INIT(4096);
	const struct kv v[] = {{"keys", s->keys},
			       {"epoch", s->epoch},
			       {"unsigned-before", s->before},
			       {"holder", s->holder}};
	struct keyed_data d = {.meta = {.rv = arena_printf(&a, "%" PRIu64, s->rv)},
			       .data = {v, ARRAY_LEN(v)}};
	struct api_object o = {.kind = API_SECRET, .meta = &d.meta, .data = &d};
	s->sink.on_object(s->sink.self, 7, WATCH_ADDED, &o);
}

/* Ends the request that is out. */
static void serve(struct secret *s)
{
	struct api_result res = {.rc = s->rc,
				 .reason = "",
				 .message = "words",
				 .rv = "",
				 .server_s = s->wall_ms / 1000 + s->ahead_s};
	assert_true(s->asked);
	s->asked = false;
	if (s->req.verb == API_GET && res.rc == RC_OK && !s->exists)
		res.rc = RC_NOTFOUND;
	if (s->req.verb == API_CREATE && res.rc == RC_OK)
		assert_false(s->exists);
	if (s->req.verb == API_PATCH && res.rc == RC_OK)
		assert_int_equal(s->fence, s->rv);
	if (s->req.verb != API_GET && res.rc == RC_OK) {
		s->exists = true;
		s->writes++;
		s->rv++;
	}
	s->rc = RC_OK;
	if (res.rc == RC_OK)
		show(s);
	s->sink.on_done(s->sink.self, 7, &res);
}

static void turn(struct secret *s, int64_t ms)
{
	s->now_ms += ms;
	s->wall_ms += ms;
	proofs_now(s->p, s->now_ms, s->wall_ms);
	proofs_tick(s->p);
}

static int setup(void **state)
{
	struct secret *s = mem_zalloc(1, sizeof *s);
	s->log = (struct log){.sink = no_line};
	s->wall_ms = (int64_t)NOW_S * 1000;
	s->cfg = (struct proofs_config){.namespace = "muster",
					.secret = "keys",
					.random = next_key,
					.self = s,
					.on_ready = on_ready};
	struct api api = {s, submit, cancel};
	s->p = proofs_new(&s->cfg, &api, &s->log);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct secret *s = *state;
	proofs_free(s->p);
	free(s);
	return 0;
}

/* Leads as this holder of a Lease, until there are keys: a read, and a write if there must be one.
 */
static void lead_as(struct secret *s, uint64_t epoch, const char *uid, int64_t nth, bool write)
{
	uint32_t ready = s->ready;
	proofs_lead(s->p, epoch, uid, nth);
	turn(s, 1);
	serve(s);
	turn(s, 1);
	assert_int_equal(s->asked, write);
	if (write)
		serve(s);
	assert_int_equal(s->ready, ready + 1);
	assert_null(proofs_missing(s->p));
}

/* An epoch is a resourceVersion: those of two leaders that follow each other lie far apart. */
static void lead(struct secret *s, uint64_t nth, bool write)
{
	lead_as(s, nth * 100, "lease", (int64_t)nth, write);
}

static const struct order order = {
	.ns = "a", .pod = "j-0-x", .job_uid = "u", .template_hash = "h", .index = 0, .attempt = 1};

static enum member_proof worth(struct secret *s, const char *proof, int64_t created_s)
{
	struct member m = {.ns = "a",
			   .pod = "j-0-x",
			   .job_uid = "u",
			   .template_hash = "h",
			   .attempt = 1,
			   .created_ms = created_s * 1000,
			   .proof = proof};
	return proofs_check(s->p, "n1", &m);
}

static void made_when_missing(void **state)
{
	char proof[PROOF_TEXT_BYTES], other[PROOF_TEXT_BYTES];
	struct secret *s = *state;
	assert_int_equal(proofs_deadline(s->p), INT64_MAX);
	lead(s, 5, true);
	assert_string_equal(s->epoch, "500");
	assert_string_equal(s->holder, "lease 5");
	assert_int_equal(strtoll(s->before, NULL, 10), NOW_S + 30);
	assert_true(proofs_old_pods_come(s->p));
	proofs_sign_order(s->p, "n1", &order, proof);
	proofs_sign_create(s->p,
			   &(struct pod_create){.ns = "a",
						.name = "j-0-x",
						.job_uid = "u",
						.node = "n1",
						.template_hash = "h",
						.attempt = 1},
			   other);
	assert_string_equal(proof, other);
	assert_int_equal(worth(s, proof, NOW_S + 100), PROOF_VALID);
	assert_int_equal(worth(s, "", NOW_S + 29), PROOF_OLD);
	assert_int_equal(worth(s, "", NOW_S + 30), PROOF_NONE);
	assert_int_equal(worth(s, "", 0), PROOF_OLD); /* an agent's report, now */
	proofs_sign_order(s->p, "n2", &order, other);
	assert_int_equal(worth(s, other, NOW_S), PROOF_WRONG); /* it is known to be none */
	turn(s, 31000);
	assert_int_equal(worth(s, "", 0), PROOF_NONE);
	assert_false(proofs_old_pods_come(s->p));
}

/* The next leader finds the keys; only what it is called changes. */
static void kept_by_the_next(void **state)
{
	char proof[PROOF_TEXT_BYTES];
	struct secret *s = *state;
	lead(s, 5, true);
	proofs_sign_order(s->p, "n1", &order, proof);
	proofs_unlead(s->p);
	turn(s, 60000);
	assert_false(s->asked);
	lead(s, 6, true);
	assert_string_equal(s->epoch, "600");
	assert_int_equal(worth(s, proof, NOW_S + 70), PROOF_VALID);
	assert_int_equal(worth(s, "", NOW_S + 70), PROOF_NONE); /* nothing is forgiven anew */
	proofs_unlead(s->p);
	lead(s, 6, false); /* the same epoch: nothing is written */
	proofs_unlead(s->p);
	lead_as(s, 777, "lease", 6, true); /* it has taken its own Lease again */
	assert_int_equal(worth(s, "", NOW_S + 70), PROOF_NONE);
}

/* Pods are dated by the server, whose clock may be an hour apart from ours, either way. */
static void the_servers_clock_counts(void **state)
{
	static const int64_t ahead_s[] = {3600, -3600};
	struct secret *s = *state;
	for (size_t i = 0; i < ARRAY_LEN(ahead_s); i++) {
		s->exists = false;
		s->keys[0] = s->epoch[0] = s->before[0] = s->holder[0] = 0;
		s->ahead_s = ahead_s[i];
		lead(s, 6, true);
		int64_t server_s = s->wall_ms / 1000 + s->ahead_s;
		assert_int_equal(worth(s, "", server_s), PROOF_OLD);
		assert_int_equal(worth(s, "", 0), PROOF_OLD); /* what an agent tells: now */
		assert_true(proofs_old_pods_come(s->p));
		assert_int_equal(worth(s, "", server_s + 31), PROOF_NONE);
		turn(s, 31000);
		assert_false(proofs_old_pods_come(s->p));
		assert_int_equal(worth(s, "", 0), PROOF_NONE);
		proofs_unlead(s->p);
	}
}

static void somebody_led_who_signs_nothing(void **state)
{
	static const struct {
		const char *name, *uid;
		int64_t nth;
	} cases[] = {{"one holder between", "lease", 7},
		     {"the Lease was made anew", "lease", 1},
		     {"another Lease, whose count fits", "other", 2}};
	struct secret *s = *state;
	lead(s, 5, true);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		proofs_unlead(s->p);
		turn(s, 100000);
		lead_as(s, 1000 + i, cases[i].uid, cases[i].nth, true);
		CASE(cases[i].name, worth(s, "", s->wall_ms / 1000) == PROOF_OLD);
		CASE(cases[i].name, strtoll(s->before, NULL, 10) >= (s->wall_ms - 10) / 1000 + 30);
	}
}

static void aged_and_lost(void **state)
{
	char first[PROOF_TEXT_BYTES], kept[PROOF_RING_TEXT_MAX];
	struct secret *s = *state;
	lead(s, 5, true);
	proofs_sign_order(s->p, "n1", &order, first);
	turn(s, INT64_C(91) * 86400 * 1000); /* looked at again */
	serve(s);
	turn(s, 1);
	serve(s);
	assert_int_equal(s->writes, 2);
	assert_int_equal(worth(s, first, s->wall_ms / 1000), PROOF_VALID);
	assert_int_equal(worth(s, "", 0), PROOF_NONE);
	s->exists = false; /* somebody deletes it */
	memcpy(kept, s->keys, sizeof kept);
	turn(s, 60000);
	serve(s);
	turn(s, 1);
	serve(s);
	assert_int_equal(s->writes, 3);
	assert_string_equal(s->keys, kept); /* the leader has them still */
	memcpy(s->keys, "junk", 5);
	turn(s, 60000);
	serve(s);
	turn(s, 1);
	serve(s);
	assert_string_equal(s->keys, kept);
	assert_string_equal(s->epoch, "500");
	assert_int_equal(worth(s, first, s->wall_ms / 1000), PROOF_VALID);
	proofs_unlead(s->p);
	s->exists = false;
	lead(s, 6, true);
	assert_int_equal(worth(s, first, s->wall_ms / 1000), PROOF_OLD); /* it proves nothing */
	s->ready--;
	assert_int_equal(s->ready, 1);
	assert_true(proofs_deadline(s->p) > s->now_ms);
}

static void not_usable(void **state)
{
	struct secret *s = *state;
	s->exists = true;
	memcpy(s->keys, "junk", 5);
	memcpy(s->epoch, "5x", 3);
	memcpy(s->before, "1234567890123456789", 20);
	lead(s, 6, true);
	assert_string_equal(s->epoch, "600");
	assert_int_equal(strtoll(s->before, NULL, 10), NOW_S + 30);
}

/* A leader whose time is over takes nothing of the next one's away. */
static void another_leader_wrote(void **state)
{
	struct secret *s = *state;
	lead(s, 5, true);
	memcpy(s->epoch, "6", 2);
	turn(s, 600000);
	serve(s);
	turn(s, 1);
	assert_false(s->asked);
	assert_int_equal(s->writes, 1);
}

static void errors(void **state)
{
	struct secret *s = *state;
	proofs_lead(s->p, 5, "lease", 1);
	assert_non_null(strstr(proofs_missing(s->p), "not read yet"));
	for (int i = 0; i < 2; i++) {
		turn(s, 20000);
		s->rc = RC_FORBIDDEN;
		serve(s);
		assert_non_null(strstr(proofs_missing(s->p), "words"));
		turn(s, 1);
		assert_false(s->asked); /* not at once */
	}
	turn(s, 20000);
	serve(s);
	turn(s, 1);
	s->rc = RC_EXISTS; /* another was faster: what it wrote is read */
	serve(s);
	turn(s, 20000);
	assert_int_equal(s->req.verb, API_GET);
	proofs_unlead(s->p);
	assert_true(s->canceled);
	assert_int_equal(s->ready, 0);
	assert_null(proofs_free(NULL));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(made_when_missing),
		T(kept_by_the_next),
		T(the_servers_clock_counts),
		T(somebody_led_who_signs_nothing),
		T(aged_and_lost),
		T(not_usable),
		T(another_leader_wrote),
		T(errors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
