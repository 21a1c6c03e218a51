/* SPDX-License-Identifier: Apache-2.0 */
/* Checks the pair of a Secret before it is used: with a wrong one, the handshake would fail on
 * every node. */
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "base/hex.h"
#include "tls/pem.h"

static const int64_t RENEW_NUMERATOR = 2, RENEW_DENOMINATOR = 3;

static void store_freep(X509_STORE **p)
{
	X509_STORE_free(*p);
}

static void ctx_freep(X509_STORE_CTX **p)
{
	X509_STORE_CTX_free(*p);
}

/* ---- reading ---- */

static void put_fingerprint(const X509 *x, char ret[65])
{
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	must(X509_digest(x, EVP_sha256(), md, &n) == 1 && n == 32);
	hex_put(md, n, ret);
}

enum rc tls_inspect(const char *pem, struct tls_info *ret, struct err *e)
{
	AUTO(pem_stack_freep) STACK_OF(X509) *certs = NULL;
	enum rc rc = pem_read_certs(pem, 1, &certs, e);
	if (rc != RC_OK)
		return rc;
	X509 *x = sk_X509_value(certs, 0);
	struct tls_info info = {.not_before_ms = pem_time_ms(X509_get0_notBefore(x)),
				.not_after_ms = pem_time_ms(X509_get0_notAfter(x)),
				.is_ca = X509_check_ca(x) == 1};
	if (info.not_before_ms == INT64_MIN || info.not_after_ms == INT64_MIN)
		return err_set(e, RC_TLS, "the certificate has no readable dates");
	put_fingerprint(x, info.fingerprint);
	*ret = info;
	return RC_OK;
}

int64_t tls_renewal_ms(const char *cert_pem)
{
	struct tls_info info;
	if (tls_inspect(cert_pem, &info, NULL) != RC_OK)
		return 0;
	return info.not_before_ms +
	       (info.not_after_ms - info.not_before_ms) / RENEW_DENOMINATOR * RENEW_NUMERATOR;
}

bool tls_needs_renewal(const char *cert_pem, int64_t now_ms)
{
	return now_ms >= tls_renewal_ms(cert_pem);
}

/* ---- checks ---- */

static enum rc check_dates(const X509 *x, int64_t now_ms, struct err *e)
{
	if (now_ms < pem_time_ms(X509_get0_notBefore(x)))
		return err_set(e, RC_TLS, "the certificate is not valid yet; is the clock right?");
	if (now_ms > pem_time_ms(X509_get0_notAfter(x)))
		return err_set(e, RC_TLS, "the certificate has expired");
	return RC_OK;
}

static enum rc check_key(X509 *x, const char *key_pem, struct err *e)
{
	AUTO(pem_key_freep) EVP_PKEY *key = NULL;
	enum rc rc = pem_read_key(key_pem, &key, e);
	if (rc != RC_OK)
		return rc;
	if (X509_check_private_key(x, key) == 1)
		return RC_OK;
	ERR_clear_error();
	return err_set(e, RC_TLS, "the private key is not the certificate's");
}

static enum rc check_names(X509 *x, const char *const *names, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		if (X509_check_host(x, names[i], 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL) !=
			    1 &&
		    X509_check_ip_asc(x, names[i], 0) != 1)
			return err_set(e, RC_TLS, "the certificate does not name %s", names[i]);
	}
	ERR_clear_error();
	return RC_OK;
}

static enum rc store_of(const char *bundle, X509_STORE **ret, struct err *e)
{
	AUTO(pem_stack_freep) STACK_OF(X509) *cas = NULL;
	enum rc rc = pem_read_certs(bundle, TLS_BUNDLE_MAX, &cas, e);
	if (rc != RC_OK)
		return err_wrap(e, rc, "CA bundle");
	X509_STORE *store = X509_STORE_new();
	must(store);
	for (int i = 0; i < sk_X509_num(cas); i++)
		must(X509_STORE_add_cert(store, sk_X509_value(cas, i)) == 1);
	*ret = store;
	return RC_OK;
}

/* The certificates after the first are the ones between it and the CA. */
static enum rc check_chain(STACK_OF(X509) * certs, const char *bundle, int64_t now_ms,
			   struct err *e)
{
	AUTO(store_freep) X509_STORE *store = NULL;
	AUTO(ctx_freep) X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	enum rc rc = store_of(bundle, &store, e);
	if (rc != RC_OK)
		return rc;
	must(ctx && X509_STORE_CTX_init(ctx, store, sk_X509_value(certs, 0), certs) == 1);
	X509_STORE_CTX_set_time(ctx, 0, (time_t)(now_ms / 1000));
	X509_STORE_CTX_set_purpose(ctx, X509_PURPOSE_SSL_SERVER);
	if (X509_verify_cert(ctx) == 1)
		return RC_OK;
	ERR_clear_error();
	return err_set(e, RC_TLS, "the certificate is not believed: %s",
		       X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)));
}

enum rc tls_check(const struct tls_pair *pair, const char *bundle, const char *const *names,
		  size_t n, int64_t now_ms, struct err *e)
{
	AUTO(pem_stack_freep) STACK_OF(X509) *certs = NULL;
	enum rc rc = pem_read_certs(pair->cert, TLS_BUNDLE_MAX, &certs, e);
	if (rc != RC_OK)
		return rc;
	X509 *x = sk_X509_value(certs, 0);
	rc = check_dates(x, now_ms, e);
	if (rc == RC_OK)
		rc = check_key(x, pair->key, e);
	if (rc == RC_OK)
		rc = check_names(x, names, n, e);
	if (rc == RC_OK)
		rc = check_chain(certs, bundle, now_ms, e);
	return rc;
}

enum rc tls_check_ca(const struct tls_pair *pair, int64_t now_ms, struct err *e)
{
	AUTO(pem_stack_freep) STACK_OF(X509) *certs = NULL;
	enum rc rc = pem_read_certs(pair->cert, 1, &certs, e);
	if (rc != RC_OK)
		return err_wrap(e, rc, "CA");
	X509 *x = sk_X509_value(certs, 0);
	if (X509_check_ca(x) != 1)
		return err_set(e, RC_TLS, "CA: the certificate is not a CA's");
	rc = check_dates(x, now_ms, e);
	if (rc == RC_OK)
		rc = check_key(x, pair->key, e);
	return rc == RC_OK ? RC_OK : err_wrap(e, rc, "CA");
}
