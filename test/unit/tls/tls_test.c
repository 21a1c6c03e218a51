/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates made, checked, renewed; bundles through a change of the CA. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tls/digest.h"
#include "tls/stream.h"
#include "tls/tls.h"

static const int64_t NOW = 1767225600000; /* 2026-01-01 */
static const int64_t HOUR = 3600000, DAY = 24 * 3600000;
static const char *const names[] = {"muster-coordinator.muster-system.svc", "muster-coordinator",
				    "127.0.0.1", "::1"};

static struct tls_pair ca, other, cert;

static int make(void **state)
{
	struct err e;
	(void)state;
	assert_int_equal(tls_make_ca("muster", NOW, &ca, &e), RC_OK);
	assert_int_equal(tls_make_ca("muster", NOW + DAY, &other, &e), RC_OK);
	assert_int_equal(tls_make_server(&ca, names, ARRAY_LEN(names), NOW, &cert, &e), RC_OK);
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	tls_pair_done(&ca);
	tls_pair_done(&other);
	tls_pair_done(&cert);
	return 0;
}

static void dates(void **state)
{
	struct tls_info a, s;
	(void)state;
	assert_int_equal(tls_inspect(ca.cert, &a, NULL), RC_OK);
	assert_int_equal(tls_inspect(cert.cert, &s, NULL), RC_OK);
	assert_true(a.is_ca && !s.is_ca);
	assert_int_equal(a.not_before_ms, NOW - HOUR);
	assert_int_equal(a.not_after_ms, NOW + 3650 * DAY);
	assert_int_equal(s.not_before_ms, NOW - HOUR);
	assert_int_equal(s.not_after_ms, NOW + 90 * DAY);
	assert_int_equal(strlen(a.fingerprint), 64);
	assert_string_not_equal(a.fingerprint, s.fingerprint);
}

static void never_longer_than_the_ca(void **state)
{
	struct tls_info a, s;
	struct tls_pair late = {0};
	int64_t near = NOW + 3600 * DAY;
	(void)state;
	assert_int_equal(tls_make_server(&ca, names, 1, near, &late, NULL), RC_OK);
	assert_int_equal(tls_inspect(ca.cert, &a, NULL), RC_OK);
	assert_int_equal(tls_inspect(late.cert, &s, NULL), RC_OK);
	assert_int_equal(s.not_after_ms, a.not_after_ms);
	tls_pair_done(&late);
}

static void good_one_is_believed(void **state)
{
	struct err e;
	(void)state;
	assert_int_equal(tls_check(&cert, ca.cert, names, ARRAY_LEN(names), NOW, &e), RC_OK);
	assert_int_equal(tls_check_ca(&ca, NOW, &e), RC_OK);
}

static void check_refused(const struct tls_pair *pair, const char *bundle, const char *name,
			  int64_t now, const char *words)
{
	struct err e = {""};
	assert_int_equal(tls_check(pair, bundle, &name, 1, now, &e), RC_TLS);
	if (!strstr(e.msg, words))
		fail_msg("'%s' does not say '%s'", e.msg, words);
}

static void wrong_ones_are_not(void **state)
{
	struct tls_pair mixed = {.cert = cert.cert, .key = ca.key};
	struct tls_pair junk = {.cert = ca.key, .key = cert.key};
	struct tls_pair none = {0};
	(void)state;
	check_refused(&cert, other.cert, names[0], NOW, "is not believed");
	check_refused(&cert, ca.cert, "elsewhere.svc", NOW, "does not name elsewhere.svc");
	check_refused(&cert, ca.cert, names[0], NOW + 91 * DAY, "expired");
	check_refused(&cert, ca.cert, names[0], NOW - DAY, "not valid yet");
	check_refused(&mixed, ca.cert, names[0], NOW, "is not the certificate's");
	check_refused(&junk, ca.cert, names[0], NOW, "cannot be read");
	check_refused(&none, ca.cert, names[0], NOW, "there is no certificate");
	check_refused(&cert, "", names[0], NOW, "CA bundle");
}

static void who_can_sign(void **state)
{
	struct err e;
	struct tls_pair mixed = {.cert = ca.cert, .key = other.key}, out = {0};
	(void)state;
	assert_int_equal(tls_check_ca(&cert, NOW, &e), RC_TLS);
	assert_int_equal(tls_check_ca(&mixed, NOW, &e), RC_TLS);
	assert_int_equal(tls_check_ca(&ca, NOW + 3651 * DAY, &e), RC_TLS);
	assert_int_equal(tls_make_server(&cert, names, 1, NOW, &out, &e), RC_TLS);
	assert_null(out.cert);
}

static void names_are_names(void **state)
{
	static const char *const bad[] = {"", "a,DNS:evil.example", "a b", "email:x@y"};
	struct err e;
	struct tls_pair out = {0};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(tls_make_server(&ca, &bad[i], 1, NOW, &out, &e), RC_BADREQUEST);
	assert_int_equal(tls_make_server(&ca, bad, 0, NOW, &out, &e), RC_BADREQUEST);
}

static void renewal_at_two_thirds(void **state)
{
	(void)state;
	int64_t at = tls_renewal_ms(cert.cert);
	assert_true(at > NOW + 59 * DAY && at < NOW + 61 * DAY);
	assert_false(tls_needs_renewal(cert.cert, at - 1));
	assert_true(tls_needs_renewal(cert.cert, at));
	assert_true(tls_needs_renewal("junk", NOW));
	assert_true(tls_needs_renewal(NULL, NOW));
}

static unsigned count_certs(const char *pem)
{
	unsigned n = 0;
	while ((pem = strstr(pem, "-----BEGIN CERTIFICATE-----"))) {
		n++;
		pem++;
	}
	return n;
}

/* While both are in it, servers of either are believed; what is added again changes nothing. */
static void bundle_overlaps(void **state)
{
	struct err e;
	struct tls_pair next = {0};
	AUTO(buf_done) struct buf both = BUF_INIT(TLS_PEM_MAX), again = BUF_INIT(TLS_PEM_MAX);
	(void)state;
	assert_int_equal(tls_make_server(&other, names, 1, NOW + DAY, &next, &e), RC_OK);
	assert_int_equal(tls_bundle(other.cert, ca.cert, NOW + DAY, &both, &e), RC_OK);
	assert_int_equal(count_certs(buf_str(&both)), 2);
	assert_int_equal(tls_check(&cert, buf_str(&both), names, 1, NOW + DAY, &e), RC_OK);
	assert_int_equal(tls_check(&next, buf_str(&both), names, 1, NOW + DAY, &e), RC_OK);
	assert_int_equal(tls_bundle(other.cert, buf_str(&both), NOW + DAY, &again, &e), RC_OK);
	assert_string_equal(buf_str(&both), buf_str(&again));
	tls_pair_done(&next);
}

static void bundle_leaves_out(void **state)
{
	struct err e;
	AUTO(buf_done) struct buf out = BUF_INIT(TLS_PEM_MAX);
	(void)state;
	/* the older CA has expired, the certificate is no CA, the junk is junk */
	assert_int_equal(tls_bundle(other.cert, ca.cert, NOW + 3650 * DAY + HOUR, &out, &e), RC_OK);
	assert_int_equal(count_certs(buf_str(&out)), 1);
	buf_reset(&out);
	assert_int_equal(tls_bundle(ca.cert, cert.cert, NOW, &out, &e), RC_OK);
	assert_int_equal(count_certs(buf_str(&out)), 1);
	buf_reset(&out);
	assert_int_equal(tls_bundle(ca.cert, "junk", NOW, &out, &e), RC_OK);
	assert_int_equal(count_certs(buf_str(&out)), 1);
	buf_reset(&out);
	assert_int_equal(tls_bundle("junk", ca.cert, NOW, &out, &e), RC_TLS);
	assert_int_equal(tls_bundle(NULL, NULL, NOW, &out, &e), RC_TLS);
}

static void bundle_has_an_end(void **state)
{
	struct err e;
	AUTO(buf_done) struct buf all = BUF_INIT(TLS_PEM_MAX);
	(void)state;
	for (int i = 0; i < TLS_BUNDLE_MAX + 3; i++) {
		struct tls_pair one = {0};
		AUTO(buf_done) struct buf next = BUF_INIT(TLS_PEM_MAX);
		assert_int_equal(tls_make_ca("muster", NOW, &one, &e), RC_OK);
		assert_int_equal(tls_bundle(one.cert, buf_str(&all), NOW, &next, &e), RC_OK);
		assert_memory_equal(buf_str(&next), one.cert, strlen(one.cert));
		buf_reset(&all);
		buf_puts(&all, buf_str(&next));
		tls_pair_done(&one);
	}
	assert_int_equal(count_certs(buf_str(&all)), TLS_BUNDLE_MAX);
}

static void server_wants_a_pair(void **state)
{
	struct err e;
	struct tls_server *s = NULL;
	(void)state;
	assert_int_equal(tls_server_new(cert.cert, ca.key, &s, &e), RC_TLS);
	assert_int_equal(tls_server_new("junk", cert.key, &s, &e), RC_TLS);
	assert_null(s);
	assert_int_equal(tls_server_new(cert.cert, cert.key, &s, &e), RC_OK);
	tls_server_free(s);
}

/* FIPS 180-4's examples. */
static void sha256(void **state)
{
	char hex[DIGEST_HEX_BYTES];
	(void)state;
	digest_sha256("abc", 3, hex);
	assert_string_equal(hex,
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	digest_sha256("", 0, hex);
	assert_string_equal(hex,
			    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates),
		cmocka_unit_test(never_longer_than_the_ca),
		cmocka_unit_test(good_one_is_believed),
		cmocka_unit_test(wrong_ones_are_not),
		cmocka_unit_test(who_can_sign),
		cmocka_unit_test(names_are_names),
		cmocka_unit_test(renewal_at_two_thirds),
		cmocka_unit_test(bundle_overlaps),
		cmocka_unit_test(bundle_leaves_out),
		cmocka_unit_test(bundle_has_an_end),
		cmocka_unit_test(server_wants_a_pair),
		cmocka_unit_test(sha256),
	};
	return cmocka_run_group_tests_name("tls", tests, make, unmake);
}
