/* SPDX-License-Identifier: Apache-2.0 */
/* Where the program gets its token and its CAs from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/token.h"
#include "agent/trust.h"
#include "base/buf.h"
#include "model/message.h"
#include "test/unit/sync/fake_api.h"

struct world {
	struct fake_api api;
	struct trust trust;
	struct token_source token;
	char path[64];
	char bundle[FAKE_TEXT];
	uint32_t bundles, warnings;
	struct log log;
};

static void on_bundle(void *self, const char *pem)
{
	struct world *w = self;
	w->bundles++;
	fake_copy(w->bundle, pem);
}

static void sink(void *self, enum log_level level, const char *msg, const struct log_kv *kv,
		 size_t n)
{
	(void)msg;
	(void)kv;
	(void)n;
	((struct world *)self)->warnings += level == LOG_WARN;
}

/* As Kubernetes replaces mounted files: a new one takes the name. */
static void put_file(struct world *w, const char *text)
{
	char tmp[] = "/tmp/muster-sources-XXXXXX";
	int fd = mkstemp(tmp);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	assert_int_equal(rename(tmp, w->path), 0);
}

static int setup(void **state)
{
	struct world *w = mem_zalloc(1, sizeof *w);
	char path[] = "/tmp/muster-sources-XXXXXX";
	close(mkstemp(path));
	unlink(path);
	memcpy(w->path, path, sizeof path);
	w->log = (struct log){.min = LOG_DEBUG, .self = w, .sink = sink};
	token_init(&w->token, w->path, &w->log);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	token_done(&w->token);
	if (w->trust.bundle)
		trust_done(&w->trust);
	unlink(w->path);
	int left = fake_live(&w->api) != 0;
	free(w);
	return left;
}

static void token_follows_its_file(void **state)
{
	struct world *w = *state;
	assert_string_equal(token_get(&w->token), "");
	assert_string_equal(token_get(&w->token), "");
	assert_int_equal(w->warnings, 1); /* said once */
	put_file(w, "one\n");
	assert_string_equal(token_get(&w->token), "one");
	put_file(w, "two");
	assert_string_equal(token_get(&w->token), "two");
	unlink(w->path);
	assert_string_equal(token_get(&w->token), "two"); /* still good for a while */
	assert_int_equal(w->warnings, 2);
	put_file(w, "three");
	assert_string_equal(token_get(&w->token), "three");
}

static void token_of_absurd_size(void **state)
{
	struct world *w = *state;
	static char text[TOKEN_BYTES_MAX + 2];
	memset(text, 't', sizeof text - 1);
	put_file(w, text);
	assert_string_equal(token_get(&w->token), "");
}

static void start_trust(struct world *w, const char *file)
{
	struct trust_config cfg = {.ns = "muster",
				   .configmap = "muster-ca",
				   .file = file,
				   .self = w,
				   .on_bundle = on_bundle};
	struct api api = fake_api(&w->api);
	trust_init(&w->trust, &cfg, &api, &w->log, 1);
	trust_tick(&w->trust, 1000, false);
}

static void give(struct world *w, const char *key, const char *pem)
{
	struct kv kv = {key, pem};
	struct keyed_data d = {.meta = {.name = "muster-ca"}, .data = {&kv, 1}};
	fake_object(fake_last(&w->api), WATCH_ADDED,
		    &(struct api_object){.kind = API_CONFIGMAP, .meta = &d.meta, .data = &d});
	fake_end(fake_last(&w->api), RC_OK);
}

static void ca_from_the_configmap(void **state)
{
	struct world *w = *state;
	start_trust(w, "");
	assert_int_equal(fake_last(&w->api)->verb, API_GET);
	assert_int_equal(fake_last(&w->api)->kind, API_CONFIGMAP);
	assert_string_equal(fake_last(&w->api)->ns, "muster");
	assert_string_equal(fake_last(&w->api)->name, "muster-ca");
	assert_int_equal(trust_deadline(&w->trust, false), INT64_MAX); /* one at a time */
	fake_end(fake_last(&w->api), RC_NOTFOUND); /* the coordinator has not made it yet */
	int64_t due = trust_deadline(&w->trust, false);
	assert_in_range(due, 1500, 2000);
	trust_tick(&w->trust, due, false);
	give(w, "ca.crt", ""); /* or it is still empty */
	assert_int_equal(w->bundles, 0);
	assert_int_equal(w->warnings, 1);
	trust_tick(&w->trust, trust_deadline(&w->trust, false), false);
	give(w, "ca.crt", "PEM");
	assert_int_equal(w->bundles, 1);
	assert_string_equal(w->bundle, "PEM");
	assert_true(trust_has_bundle(&w->trust));
}

static void ca_is_looked_at_again_while_not_connected(void **state)
{
	struct world *w = *state;
	start_trust(w, "");
	give(w, "ca.crt", "PEM");
	assert_int_equal(trust_deadline(&w->trust, true), INT64_MAX);
	trust_tick(&w->trust, 900000, true);
	assert_int_equal(w->api.n, 1);
	trust_tick(&w->trust, 900000, false);
	give(w, "ca.crt", "PEM");
	assert_int_equal(w->bundles, 1); /* the same: nobody is told */
	int64_t due = trust_deadline(&w->trust, false);
	assert_in_range(due, 905000, 910000);
	trust_tick(&w->trust, due, false);
	give(w, "ca.crt", "PEM2");
	assert_int_equal(w->bundles, 2);
	assert_string_equal(w->bundle, "PEM2");
}

static void ca_retry_after(void **state)
{
	struct world *w = *state;
	start_trust(w, "");
	fake_done(fake_last(&w->api),
		  &(struct api_result){.rc = RC_THROTTLED, .retry_after_ms = 9000});
	assert_int_equal(trust_deadline(&w->trust, false), 10000);
}

static void ca_from_a_file(void **state)
{
	struct world *w = *state;
	start_trust(w, w->path);
	assert_int_equal(w->bundles, 0);
	put_file(w, "PEM");
	trust_tick(&w->trust, trust_deadline(&w->trust, false), false);
	assert_string_equal(w->bundle, "PEM");
	assert_int_equal(w->api.n, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(token_follows_its_file), T(token_of_absurd_size),
		T(ca_from_the_configmap),  T(ca_is_looked_at_again_while_not_connected),
		T(ca_retry_after),         T(ca_from_a_file),
	};
	return cmocka_run_group_tests_name("agent_sources", tests, NULL, NULL);
}
