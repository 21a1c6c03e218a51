/* SPDX-License-Identifier: Apache-2.0 */
/* The server's side of TLS 1.3 over non-blocking sockets. A tls_server holds a certificate and may
 * be replaced at any time: streams that were made of it go on. A stream belongs to one thread; a
 * server may be used by all. SIGPIPE must be ignored by the process. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/must.h"

struct tls_server;
struct tls_stream;

/* cert: PEM, the server's own first and then those below its CA. */
enum rc tls_server_new(const char *cert, const char *key, struct tls_server **ret,
		       struct err *e) must_use;
struct tls_server *tls_server_free(struct tls_server *s); /* its streams stay usable */

enum tls_io {
	TLS_IO_DONE,
	TLS_IO_WANT_READ, /* again when the socket is readable */
	TLS_IO_WANT_WRITE,
	TLS_IO_CLOSED, /* the peer ended it */
	TLS_IO_FAILED, /* e says why */
	TLS_IO_RUDE,   /* of a read: the peer only makes work; e says how */
};

/* fd stays the caller's. NULL if memory is out. */
struct tls_stream *tls_stream_new(struct tls_server *s, int fd);
struct tls_stream *
tls_stream_free(struct tls_stream *t); /* sends close_notify if that needs no wait */
enum tls_io tls_stream_handshake(struct tls_stream *t, struct err *e) must_use;
/* At most len bytes; *ret_n is set with TLS_IO_DONE, to 1 or more. WANT_READ may come although the
 * socket is readable. RUDE for a peer that changes its keys more than 8 times, and once more for
 * each MiB. */
enum tls_io tls_stream_read(struct tls_stream *t, void *data, size_t len, size_t *ret_n,
			    struct err *e) must_use;
enum tls_io tls_stream_write(struct tls_stream *t, const void *data, size_t len, size_t *ret_n,
			     struct err *e) must_use;
