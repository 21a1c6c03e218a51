/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of tls: PEM text to OpenSSL's objects and back. Not for others. */
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/mem.h"
#include "tls/tls.h"

static inline void pem_x509_freep(X509 **p)
{
	X509_free(*p);
}

static inline void pem_key_freep(EVP_PKEY **p)
{
	EVP_PKEY_free(*p);
}

static inline void pem_stack_freep(STACK_OF(X509) * *p)
{
	sk_X509_pop_free(*p, X509_free);
}

/* Writes OpenSSL's first queued error into e, empties the queue and returns RC_TLS. */
enum rc pem_err(struct err *e, const char *what);
/* All certificates of the text, at most max of them; none: RC_TLS. */
enum rc pem_read_certs(const char *pem, int max, STACK_OF(X509) * *ret, struct err *e) must_use;
enum rc pem_read_key(const char *pem, EVP_PKEY **ret, struct err *e) must_use;
void pem_put_cert(const X509 *x, struct buf *out);
char *pem_key_text(const EVP_PKEY *key);
int64_t pem_time_ms(const ASN1_TIME *t); /* INT64_MIN: no time */
