/* SPDX-License-Identifier: Apache-2.0 */
#include "tls/pem.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

enum rc pem_err(struct err *e, const char *what)
{
	char words[256] = "unknown error";
	unsigned long code = ERR_get_error();
	if (code)
		ERR_error_string_n(code, words, sizeof words);
	ERR_clear_error();
	return err_set(e, RC_TLS, "%s: %s", what, words);
}

static void bio_freep(BIO **b)
{
	BIO_free(*b);
}

static BIO *bio_over(const char *pem)
{
	size_t len = strnlen(str_or_empty(pem), TLS_PEM_MAX + 1);
	return len == 0 || len > TLS_PEM_MAX ? NULL : BIO_new_mem_buf(pem, (int)len);
}

enum rc pem_read_certs(const char *pem, int max, STACK_OF(X509) * *ret, struct err *e)
{
	AUTO(bio_freep) BIO *in = bio_over(pem);
	AUTO(pem_stack_freep) STACK_OF(X509) *stack = sk_X509_new_null();
	X509 *x;
	must(stack);
	if (!in)
		return err_set(e, RC_TLS, "there is no certificate, or it is larger than %d bytes",
			       TLS_PEM_MAX);
	while (sk_X509_num(stack) < max && (x = PEM_read_bio_X509(in, NULL, NULL, NULL)))
		must(sk_X509_push(stack, x) > 0);
	if (sk_X509_num(stack) == 0)
		return pem_err(e, "the certificate cannot be read");
	ERR_clear_error(); /* the end of the text counts as an error there */
	*ret = STEAL(stack);
	return RC_OK;
}

/* No password is asked for: a server cannot use an encrypted key. */
static int no_password(char *buf, int size, int rw, void *arg)
{
	(void)buf;
	(void)size;
	(void)rw;
	(void)arg;
	return -1;
}

enum rc pem_read_key(const char *pem, EVP_PKEY **ret, struct err *e)
{
	AUTO(bio_freep) BIO *in = bio_over(pem);
	EVP_PKEY *key = in ? PEM_read_bio_PrivateKey(in, NULL, no_password, NULL) : NULL;
	if (!in)
		return err_set(e, RC_TLS, "there is no private key, or it is too large");
	if (!key)
		return pem_err(e, "the private key cannot be read");
	*ret = key;
	return RC_OK;
}

static void put_bio(BIO *b, struct buf *out)
{
	char *data = NULL;
	long n = BIO_get_mem_data(b, &data);
	buf_put(out, data, (size_t)n);
}

void pem_put_cert(const X509 *x, struct buf *out)
{
	AUTO(bio_freep) BIO *b = BIO_new(BIO_s_mem());
	must(b && PEM_write_bio_X509(b, x) == 1);
	put_bio(b, out);
}

char *pem_key_text(const EVP_PKEY *key)
{
	AUTO(bio_freep) BIO *b = BIO_new(BIO_s_secmem());
	struct buf out = BUF_INIT(TLS_PEM_MAX);
	must(b && PEM_write_bio_PKCS8PrivateKey(b, key, NULL, NULL, 0, NULL, NULL) == 1);
	put_bio(b, &out);
	return buf_steal(&out);
}

int64_t pem_time_ms(const ASN1_TIME *t)
{
	struct tm tm;
	if (!t || ASN1_TIME_to_tm(t, &tm) != 1)
		return INT64_MIN;
	return (int64_t)timegm(&tm) * 1000;
}
