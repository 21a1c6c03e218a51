/* SPDX-License-Identifier: Apache-2.0 */
/* A token of a stranger, and the payload of one: what is let through to a TokenReview names the
 * account, the node and the audience. The first byte says how the rest is meant: as a token, or as
 * a payload, of which a token is made, so that the fuzzer need not guess base64. */
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "kube/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void put_base64(struct buf *out, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i += 3) {
		uint32_t x = (uint32_t)p[i] << 16;
		size_t more = n - i < 3 ? n - i : 3;
		x |= more > 1 ? (uint32_t)p[i + 1] << 8 : 0;
		x |= more > 2 ? (uint32_t)p[i + 2] : 0;
		for (size_t k = 0; k < more + 1; k++)
			buf_put(out, &digits[x >> (18 - 6 * k) & 63], 1);
	}
}

static bool has(const uint8_t *p, size_t n, const char *word)
{
	return memmem(p, n, word, strlen(word));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char account[] = "system:serviceaccount:m:agent";
	AUTO(buf_done) struct buf text = BUF_INIT(1 << 20);
	char print[TOKEN_PRINT_BYTES] = "", again[TOKEN_PRINT_BYTES] = "";
	const char *why = NULL, *why_again = NULL;
	if (len < 1 || len > 65536)
		return 0;
	bool payload = data[0] % 2;
	if (payload) {
		buf_puts(&text, "e30.");
		put_base64(&text, data + 1, len - 1);
		buf_puts(&text, ".c2ln");
	} else {
		buf_put(&text, (const char *)data + 1, len - 1);
	}
	enum reject r = token_look(buf_str(&text), account, "n1", print, &why);
	must(r == REJECT_NONE || r == REJECT_TOKEN || r == REJECT_NODE);
	must(why && strlen(print) == TOKEN_PRINT_BYTES - 1);
	must(token_look(buf_str(&text), account, "n1", again, &why_again) == r);
	must(!strcmp(print, again) && !strcmp(why, why_again));
	if (r == REJECT_NONE && payload && !memchr(data + 1, '\\', len - 1))
		must(has(data + 1, len - 1, "\"muster-coordinator\"") &&
		     has(data + 1, len - 1, "\"n1\"") && has(data + 1, len - 1, "\"agent\""));
	/* For another node it is no better. */
	must(r != REJECT_NONE ||
	     token_look(buf_str(&text), account, "n2", again, &why_again) == REJECT_NODE);
	return 0;
}
