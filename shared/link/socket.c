/* SPDX-License-Identifier: Apache-2.0 */
#include "link/socket.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/mem.h"
#include "wire/wire.h"

enum rc socket_err(struct err *e, int rv, const char *what)
{
	enum rc rc = RC_IO;
	if (rv == NNG_ECRYPTO || rv == NNG_EPEERAUTH || rv == NNG_EINVAL)
		rc = RC_TLS;
	else if (rv == NNG_ECONNREFUSED || rv == NNG_EUNREACHABLE)
		rc = RC_UNREACHABLE;
	return err_set(e, rc, "%s: %s", what, nng_strerror(rv));
}

static enum rc tls_new(nng_tls_mode mode, nng_tls_config **ret, struct err *e)
{
	int rv = nng_tls_config_alloc(ret, mode);
	if (rv != 0)
		return socket_err(e, rv, "no TLS configuration");
	rv = nng_tls_config_version(*ret, NNG_TLS_1_3, NNG_TLS_1_3);
	if (rv == 0)
		return RC_OK;
	nng_tls_config_free(*ret);
	return socket_err(e, rv, "TLS 1.3 is not there");
}

enum rc socket_tls_client(const char *server_name, const char *bundle, nng_tls_config **ret,
			  struct err *e)
{
	nng_tls_config *cfg;
	enum rc rc = tls_new(NNG_TLS_MODE_CLIENT, &cfg, e);
	if (rc != RC_OK)
		return rc;
	int rv = nng_tls_config_ca_chain(cfg, str_or_empty(bundle), NULL);
	if (rv == 0)
		rv = nng_tls_config_server_name(cfg, server_name);
	if (rv == 0)
		rv = nng_tls_config_auth_mode(cfg, NNG_TLS_AUTH_MODE_REQUIRED);
	if (rv != 0) {
		nng_tls_config_free(cfg);
		return socket_err(e, rv, "the CA bundle cannot be used");
	}
	*ret = cfg;
	return RC_OK;
}

enum rc socket_tls_server(const char *cert, const char *key, nng_tls_config **ret, struct err *e)
{
	nng_tls_config *cfg;
	enum rc rc = tls_new(NNG_TLS_MODE_SERVER, &cfg, e);
	if (rc != RC_OK)
		return rc;
	int rv = nng_tls_config_own_cert(cfg, cert, key, NULL);
	if (rv == 0)
		rv = nng_tls_config_auth_mode(cfg, NNG_TLS_AUTH_MODE_NONE);
	if (rv != 0) {
		nng_tls_config_free(cfg);
		socket_err(e, rv, "the certificate cannot be used");
		return RC_TLS;
	}
	*ret = cfg;
	return RC_OK;
}

nng_msg *socket_frame(const struct msg *msg, size_t max, struct buf *scratch, struct err *e)
{
	nng_msg *m;
	if (wire_encode(msg, max, scratch, e) != RC_OK)
		return NULL;
	must(nng_msg_alloc(&m, 0) == 0 && nng_msg_append(m, buf_str(scratch), scratch->len) == 0);
	return m;
}

void socket_peer(nng_pipe p, char *ret, size_t bytes)
{
	nng_sockaddr a;
	char host[INET6_ADDRSTRLEN] = "?";
	unsigned port = 0;
	bool six = false;
	AUTO(buf_done) struct buf text = BUF_INIT(bytes - 1);
	if (nng_pipe_get_addr(p, NNG_OPT_REMADDR, &a) == 0) {
		six = a.s_family == NNG_AF_INET6;
		if (a.s_family == NNG_AF_INET)
			inet_ntop(AF_INET, &a.s_in.sa_addr, host, sizeof host);
		if (six)
			inet_ntop(AF_INET6, a.s_in6.sa_addr, host, sizeof host);
		port = ntohs(six ? a.s_in6.sa_port : a.s_in.sa_port);
	}
	buf_printf(&text, six ? "[%s]:%u" : "%s:%u", host, port);
	memcpy(ret, buf_str(&text), text.len + 1);
}
