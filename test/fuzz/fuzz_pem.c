/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates that somebody else gives: bundles, pairs and their ends. */
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "tls/tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const int64_t now_ms = INT64_C(1800000000000);

static void bundle(const char *text)
{
	AUTO(buf_done) struct buf one = BUF_INIT(TLS_BUNDLE_MAX * TLS_PEM_MAX);
	AUTO(buf_done) struct buf two = BUF_INIT(TLS_BUNDLE_MAX * TLS_PEM_MAX);
	struct err e;
	if (tls_bundle(text, "", now_ms, &one, &e) != RC_OK)
		return;
	must(tls_bundle(buf_str(&one), text, now_ms, &two, &e) == RC_OK);
	must(str_eq(buf_str(&one), buf_str(&two)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *const names[] = {"a.b.svc"};
	AUTO(mem_freep) char *text = mem_alloc(len + 1);
	struct tls_info info;
	struct err e;
	if (len)
		memcpy(text, data, len);
	text[len] = 0;
	struct tls_pair pair = {text, text};
	bool read = tls_inspect(text, &info, &e) == RC_OK;
	must(!read || strlen(info.fingerprint) == 64);
	must(read || tls_needs_renewal(text, now_ms));
	(void)!tls_check(&pair, text, names, 1, now_ms, &e);
	(void)!tls_check_ca(&pair, now_ms, &e);
	bundle(text);
	return 0;
}
