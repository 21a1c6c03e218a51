/* SPDX-License-Identifier: Apache-2.0 */
#include "tls/stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "tls/pem.h"

struct tls_server {
	SSL_CTX *ctx;
};

/* KeyUpdates that a peer may send without data in between, and one more for so many bytes. Each
 * costs new keys and, if the peer asks for it, an answer; an agent's library sends none. */
enum { KEY_UPDATES_MAX = 8, BYTES_FOR_KEY_UPDATE = 1 << 20 };

struct tls_stream {
	SSL *ssl;
	uint64_t key_updates, bytes; /* received */
	bool broken;                 /* after a fatal error no close_notify is sent */
};

/* ---- server ---- */

static void on_message(int written, int version, int type, const void *data, size_t len, SSL *ssl,
		       void *arg)
{
	struct tls_stream *t = arg;
	(void)version;
	(void)ssl;
	if (!written && type == SSL3_RT_HANDSHAKE && len > 0 && t &&
	    *(const uint8_t *)data == SSL3_MT_KEY_UPDATE)
		t->key_updates++;
}

static enum rc use_certs(SSL_CTX *ctx, STACK_OF(X509) * certs, EVP_PKEY *key, struct err *e)
{
	if (SSL_CTX_use_certificate(ctx, sk_X509_value(certs, 0)) != 1 ||
	    SSL_CTX_use_PrivateKey(ctx, key) != 1)
		return pem_err(e, "the certificate and its key cannot be used");
	for (int i = 1; i < sk_X509_num(certs); i++) {
		if (SSL_CTX_add1_chain_cert(ctx, sk_X509_value(certs, i)) != 1)
			return pem_err(e, "the certificate's chain cannot be used");
	}
	return RC_OK;
}

/* No session tickets: they help only clients that reconnect often, and cost two writes each.
 * Buffers are released while a stream is quiet, which is most of the time. */
static SSL_CTX *ctx_new(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	if (!ctx || SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) != 1 ||
	    SSL_CTX_set_num_tickets(ctx, 0) != 1) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	SSL_CTX_set_options(ctx, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
				      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	/* A read returns after each record, or one peer that sends records without data would have
	 * the thread for itself. */
	SSL_CTX_clear_mode(ctx, SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_msg_callback(ctx, on_message);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL); /* the token says which agent it is */
	return ctx;
}

enum rc tls_server_new(const char *cert, const char *key, struct tls_server **ret, struct err *e)
{
	AUTO(pem_stack_freep) STACK_OF(X509) *certs = NULL;
	AUTO(pem_key_freep) EVP_PKEY *pkey = NULL;
	enum rc rc = pem_read_certs(cert, TLS_BUNDLE_MAX, &certs, e);
	if (rc == RC_OK)
		rc = pem_read_key(key, &pkey, e);
	if (rc != RC_OK)
		return rc;
	struct tls_server *s = mem_zalloc(1, sizeof *s);
	s->ctx = ctx_new();
	rc = s->ctx ? use_certs(s->ctx, certs, pkey, e) : pem_err(e, "TLS 1.3 is not there");
	if (rc != RC_OK) {
		tls_server_free(s);
		return rc;
	}
	*ret = s;
	return RC_OK;
}

struct tls_server *tls_server_free(struct tls_server *s)
{
	if (s)
		SSL_CTX_free(s->ctx);
	mem_freep(&s);
	return NULL;
}

/* ---- streams ---- */

struct tls_stream *tls_stream_new(struct tls_server *s, int fd)
{
	SSL *ssl = SSL_new(s->ctx);
	if (!ssl || SSL_set_fd(ssl, fd) != 1) {
		SSL_free(ssl);
		ERR_clear_error();
		return NULL;
	}
	SSL_set_accept_state(ssl);
	struct tls_stream *t = mem_zalloc(1, sizeof *t);
	t->ssl = ssl;
	SSL_set_msg_callback_arg(ssl, t);
	return t;
}

struct tls_stream *tls_stream_free(struct tls_stream *t)
{
	if (!t)
		return NULL;
	ERR_clear_error();
	if (!t->broken && SSL_is_init_finished(t->ssl))
		SSL_shutdown(t->ssl);
	SSL_free(t->ssl);
	ERR_clear_error();
	mem_freep(&t);
	return NULL;
}

/* Only OpenSSL's reason: the rest of its text names its own source files. */
static enum tls_io failed(struct tls_stream *t, struct err *e)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = ERR_reason_error_string(code);
	t->broken = true;
	if (code)
		err_set(e, RC_TLS, "%s", reason ? reason : "TLS failed");
	else
		err_errno(e, RC_IO, "the connection broke");
	ERR_clear_error();
	return TLS_IO_FAILED;
}

static enum tls_io outcome(struct tls_stream *t, int ret, struct err *e)
{
	switch (SSL_get_error(t->ssl, ret)) {
	case SSL_ERROR_NONE: return TLS_IO_DONE;
	case SSL_ERROR_WANT_READ: return TLS_IO_WANT_READ;
	case SSL_ERROR_WANT_WRITE: return TLS_IO_WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN: return TLS_IO_CLOSED;
	default: return failed(t, e);
	}
}

enum tls_io tls_stream_handshake(struct tls_stream *t, struct err *e)
{
	ERR_clear_error();
	return outcome(t, SSL_do_handshake(t->ssl), e);
}

enum tls_io tls_stream_read(struct tls_stream *t, void *data, size_t len, size_t *ret_n,
			    struct err *e)
{
	ERR_clear_error();
	enum tls_io io = outcome(t, SSL_read_ex(t->ssl, data, len, ret_n), e);
	if (io == TLS_IO_DONE)
		t->bytes += *ret_n;
	if (t->key_updates <= KEY_UPDATES_MAX + t->bytes / BYTES_FOR_KEY_UPDATE)
		return io;
	err_set(e, RC_TLS, "the peer changes its keys too often");
	t->broken = true;
	return TLS_IO_RUDE;
}

enum tls_io tls_stream_write(struct tls_stream *t, const void *data, size_t len, size_t *ret_n,
			     struct err *e)
{
	ERR_clear_error();
	return outcome(t, SSL_write_ex(t->ssl, data, len, ret_n), e);
}
