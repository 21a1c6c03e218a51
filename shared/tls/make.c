/* SPDX-License-Identifier: Apache-2.0 */
/* Makes certificates. They are valid from an hour ago, since the clocks of nodes differ. A
 * server's certificate never outlives its CA. Serial numbers are 127 random bits (RFC 5280
 * 4.1.2.2: unique, at most 20 octets). */
#include <openssl/bn.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "tls/pem.h"

static const int64_t HOUR_MS = 3600000, DAY_MS = 24 * 3600000;

void tls_pair_done(struct tls_pair *p)
{
	mem_freep(&p->cert);
	if (p->key)
		OPENSSL_cleanse(p->key, strlen(p->key));
	mem_freep(&p->key);
	*p = (struct tls_pair){0};
}

/* ---- parts ---- */

static bool set_serial(X509 *x)
{
	BIGNUM *n = BN_new();
	bool ok = n && BN_rand(n, 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
		  BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x));
	BN_free(n);
	return ok;
}

static bool set_times(X509 *x, int64_t from_ms, int64_t to_ms)
{
	return ASN1_TIME_set(X509_getm_notBefore(x), (time_t)(from_ms / 1000)) &&
	       ASN1_TIME_set(X509_getm_notAfter(x), (time_t)(to_ms / 1000));
}

/* RFC 5280: a common name has at most 64 characters; the names that count are the SANs. */
static bool set_subject(X509 *x, const char *name)
{
	size_t n = strnlen(name, 64);
	return X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
					  (const unsigned char *)name, (int)n, -1, 0) == 1;
}

static bool add_ext(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	X509_EXTENSION *ext = X509V3_EXT_nconf_nid(NULL, &ctx, nid, value);
	bool ok = ext && X509_add_ext(x, ext, -1) == 1;
	X509_EXTENSION_free(ext);
	return ok;
}

static bool is_ip(const char *name)
{
	ASN1_OCTET_STRING *ip = a2i_IPADDRESS(name);
	ASN1_OCTET_STRING_free(ip);
	return ip;
}

/* OpenSSL parses the text: a comma would start another name. */
static bool plain_name(const char *name)
{
	return name[0] && strlen(name) <= 253 &&
	       name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789-.:*")] == '\0';
}

static enum rc san_text(const char *const *names, size_t n, struct buf *out, struct err *e)
{
	if (n == 0 || n > TLS_NAMES_MAX)
		return err_set(e, RC_BADREQUEST, "a certificate has 1 to %d names", TLS_NAMES_MAX);
	for (size_t i = 0; i < n; i++) {
		if (!plain_name(names[i]))
			return err_set(e, RC_BADREQUEST, "'%s' is no name for a certificate",
				       names[i]);
		buf_printf(out, "%s%s:%s", i ? "," : "", is_ip(names[i]) ? "IP" : "DNS", names[i]);
	}
	return buf_rc(out);
}

static enum rc pair_text(const X509 *x, const EVP_PKEY *key, struct tls_pair *ret)
{
	struct buf cert = BUF_INIT(TLS_PEM_MAX);
	pem_put_cert(x, &cert);
	*ret = (struct tls_pair){.cert = buf_steal(&cert), .key = pem_key_text(key)};
	return RC_OK;
}

/* ---- certificates ---- */

static X509 *cert_new(const char *name, EVP_PKEY *key, int64_t from_ms, int64_t to_ms)
{
	X509 *x = X509_new();
	if (x && X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x) &&
	    set_times(x, from_ms, to_ms) && set_subject(x, name) && X509_set_pubkey(x, key) == 1)
		return x;
	X509_free(x);
	return NULL;
}

enum rc tls_make_ca(const char *name, int64_t now_ms, struct tls_pair *ret, struct err *e)
{
	AUTO(pem_key_freep) EVP_PKEY *key = EVP_EC_gen("P-256");
	AUTO(pem_x509_freep)
	X509 *x = key ? cert_new(name, key, now_ms - HOUR_MS, now_ms + TLS_CA_DAYS * DAY_MS) : NULL;
	if (!x || X509_set_issuer_name(x, X509_get_subject_name(x)) != 1 ||
	    !add_ext(x, x, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
	    !add_ext(x, x, NID_key_usage, "critical,keyCertSign,cRLSign") ||
	    !add_ext(x, x, NID_subject_key_identifier, "hash") ||
	    X509_sign(x, key, EVP_sha256()) == 0)
		return pem_err(e, "no CA can be made");
	return pair_text(x, key, ret);
}

static bool dress_server(X509 *x, X509 *ca, const char *san)
{
	return X509_set_issuer_name(x, X509_get_subject_name(ca)) == 1 &&
	       add_ext(x, ca, NID_basic_constraints, "critical,CA:FALSE") &&
	       add_ext(x, ca, NID_key_usage, "critical,digitalSignature") &&
	       add_ext(x, ca, NID_ext_key_usage, "serverAuth") &&
	       add_ext(x, ca, NID_subject_key_identifier, "hash") &&
	       add_ext(x, ca, NID_authority_key_identifier, "keyid") &&
	       add_ext(x, ca, NID_subject_alt_name, san);
}

static enum rc sign_server(X509 *ca, EVP_PKEY *ca_key, const char *cn, const char *san,
			   int64_t now_ms, struct tls_pair *ret, struct err *e)
{
	int64_t to_ms = now_ms + TLS_SERVER_DAYS * DAY_MS;
	int64_t ca_to_ms = pem_time_ms(X509_get0_notAfter(ca));
	AUTO(pem_key_freep) EVP_PKEY *key = EVP_EC_gen("P-256");
	AUTO(pem_x509_freep)
	X509 *x = key ? cert_new(cn, key, now_ms - HOUR_MS, to_ms < ca_to_ms ? to_ms : ca_to_ms)
		      : NULL;
	if (!x || !dress_server(x, ca, san) || X509_sign(x, ca_key, EVP_sha256()) == 0)
		return pem_err(e, "no server certificate can be made");
	return pair_text(x, key, ret);
}

enum rc tls_make_server(const struct tls_pair *ca, const char *const *names, size_t n,
			int64_t now_ms, struct tls_pair *ret, struct err *e)
{
	AUTO(buf_done) struct buf san = BUF_INIT(TLS_NAMES_MAX * 260);
	AUTO(pem_stack_freep) STACK_OF(X509) *certs = NULL;
	AUTO(pem_key_freep) EVP_PKEY *ca_key = NULL;
	enum rc rc = san_text(names, n, &san, e);
	if (rc == RC_OK)
		rc = tls_check_ca(ca, now_ms, e);
	if (rc == RC_OK)
		rc = pem_read_certs(ca->cert, 1, &certs, e);
	if (rc == RC_OK)
		rc = pem_read_key(ca->key, &ca_key, e);
	if (rc != RC_OK)
		return rc;
	return sign_server(sk_X509_value(certs, 0), ca_key, names[0], buf_str(&san), now_ms, ret,
			   e);
}
