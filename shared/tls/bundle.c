/* SPDX-License-Identifier: Apache-2.0 */
/* A bundle holds the current CA and the older ones until they expire. During a change, a client
 * that has only the older or only the newer bundle still finds the server's CA in it. */
#include "tls/pem.h"

static bool has(STACK_OF(X509) * stack, const X509 *x)
{
	for (int i = 0; i < sk_X509_num(stack); i++) {
		if (X509_cmp(sk_X509_value(stack, i), x) == 0)
			return true;
	}
	return false;
}

static enum rc add(STACK_OF(X509) * to, const char *pem, int64_t now_ms, struct err *e)
{
	AUTO(pem_stack_freep) STACK_OF(X509) *from = NULL;
	if (str_or_empty(pem)[0] == '\0')
		return RC_OK;
	enum rc rc = pem_read_certs(pem, 2 * TLS_BUNDLE_MAX, &from, e);
	if (rc != RC_OK)
		return rc;
	for (int i = 0; i < sk_X509_num(from) && sk_X509_num(to) < TLS_BUNDLE_MAX; i++) {
		X509 *x = sk_X509_value(from, i);
		if (X509_check_ca(x) != 1 || pem_time_ms(X509_get0_notAfter(x)) < now_ms ||
		    has(to, x))
			continue;
		must(X509_up_ref(x) == 1 && sk_X509_push(to, x) > 0);
	}
	return RC_OK;
}

enum rc tls_bundle(const char *newer, const char *older, int64_t now_ms, struct buf *out,
		   struct err *e)
{
	AUTO(pem_stack_freep) STACK_OF(X509) *all = sk_X509_new_null();
	must(all);
	enum rc rc = add(all, newer, now_ms, e);
	if (rc != RC_OK)
		return rc;
	/* An older bundle that cannot be read is dropped. */
	(void)!add(all, older, now_ms, NULL);
	if (sk_X509_num(all) == 0)
		return err_set(e, RC_TLS, "there is no valid CA for the bundle");
	for (int i = 0; i < sk_X509_num(all); i++)
		pem_put_cert(sk_X509_value(all, i), out);
	return buf_rc(out);
}
