/* SPDX-License-Identifier: Apache-2.0 */
/* What a token says of itself. */
#include "kube/token.h"

#include <string.h>

#include "base/mem.h"
#include "kube/base64.h"
#include "test/lib/check.h"

#define AGENTS "system:serviceaccount:muster:agent"
#define CLAIMS                                                                    \
	"\"kubernetes.io\":{\"namespace\":\"muster\",\"node\":{\"name\":\"n1\"}," \
	"\"serviceaccount\":{\"name\":\"agent\"}}"
#define GOOD "{\"aud\":[\"muster-coordinator\"],\"exp\":1," CLAIMS "}"

/* head.PAYLOAD.tail, where "{…}" is the payload's text; anything else stays. */
static const char *token_of(const char *text, struct buf *out)
{
	if (*text != '{') {
		buf_puts(out, text);
		return buf_str(out);
	}
	AUTO(buf_done) struct buf body = BUF_INIT(65536);
	base64_encode(text, strlen(text), &body);
	buf_puts(out, "aGVhZA.");
	for (size_t i = 0; i < body.len && body.data[i] != '='; i++)
		buf_putc(out, body.data[i] == '+' ? '-' : body.data[i] == '/' ? '_' : body.data[i]);
	buf_puts(out, ".c2ln");
	return buf_str(out);
}

static void tokens(void **state)
{
	static const struct {
		const char *name, *text;
		enum reject want;
	} cases[] = {
		{"an agent's", GOOD, REJECT_NONE},
		{"one audience, not in a list",
		 "{\"aud\":\"muster-coordinator\",\"exp\":1," CLAIMS "}", REJECT_NONE},
		{"several audiences",
		 "{\"aud\":[\"x\",\"muster-coordinator\"],\"exp\":1," CLAIMS "}", REJECT_NONE},
		{"another audience", "{\"aud\":[\"x\"],\"exp\":1," CLAIMS "}", REJECT_TOKEN},
		{"no audience", "{\"exp\":1," CLAIMS "}", REJECT_TOKEN},
		{"no end", "{\"aud\":[\"muster-coordinator\"]," CLAIMS "}", REJECT_TOKEN},
		{"an end that is no number",
		 "{\"aud\":[\"muster-coordinator\"],\"exp\":\"1\"," CLAIMS "}", REJECT_TOKEN},
		{"no claims of Kubernetes", "{\"aud\":[\"muster-coordinator\"],\"exp\":1}",
		 REJECT_TOKEN},
		{"another account",
		 "{\"aud\":[\"muster-coordinator\"],\"exp\":1,\"kubernetes.io\":{\"namespace\":"
		 "\"muster\","
		 "\"node\":{\"name\":\"n1\"},\"serviceaccount\":{\"name\":\"default\"}}}",
		 REJECT_TOKEN},
		{"another node",
		 "{\"aud\":[\"muster-coordinator\"],\"exp\":1,\"kubernetes.io\":{\"namespace\":"
		 "\"muster\","
		 "\"node\":{\"name\":\"n2\"},\"serviceaccount\":{\"name\":\"agent\"}}}",
		 REJECT_NODE},
		{"no node",
		 "{\"aud\":[\"muster-coordinator\"],\"exp\":1,\"kubernetes.io\":{\"namespace\":"
		 "\"muster\","
		 "\"serviceaccount\":{\"name\":\"agent\"}}}",
		 REJECT_NODE},
		{"no JSON", "{nothing", REJECT_TOKEN},
		{"JSON, but no object", "aGVhZA.MTIz.c2ln", REJECT_TOKEN},
		{"nothing", "", REJECT_TOKEN},
		{"a word", "token", REJECT_TOKEN},
		{"two parts", "aGVhZA.MTIz", REJECT_TOKEN},
		{"four parts", "aGVhZA.MTIz.c2ln.c2ln", REJECT_TOKEN},
		{"an empty part", "aGVhZA..c2ln", REJECT_TOKEN},
		{"no signature", "aGVhZA.MTIz.", REJECT_TOKEN},
		{"another alphabet", "aGVhZA.MT+z.c2ln", REJECT_TOKEN},
		{"padding", "aGVhZA.MTI=.c2ln", REJECT_TOKEN},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf token = BUF_INIT(65536);
		char print[TOKEN_PRINT_BYTES];
		const char *why = NULL;
		enum reject got =
			token_look(token_of(cases[i].text, &token), AGENTS, "n1", print, &why);
		CASE(cases[i].name, got == cases[i].want);
		CASE(cases[i].name, strlen(print) == 64 && (got == REJECT_NONE || *why));
	}
}

/* A payload that is deep costs no stack. */
static void deep_payload(void **state)
{
	AUTO(buf_done) struct buf text = BUF_INIT(16384), token = BUF_INIT(65536);
	char print[TOKEN_PRINT_BYTES];
	const char *why;
	(void)state;
	buf_puts(&text, "{\"a\":");
	for (int i = 0; i < 10000; i++)
		buf_putc(&text, '[');
	assert_int_equal(token_look(token_of(buf_str(&text), &token), AGENTS, "n1", print, &why),
			 REJECT_TOKEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens),
		cmocka_unit_test(deep_payload),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
