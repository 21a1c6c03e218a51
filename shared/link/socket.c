/* SPDX-License-Identifier: Apache-2.0 */
#include "link/socket.h"

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

enum rc socket_tls_client(const char *server_name, const char *bundle, nng_tls_config **ret,
			  struct err *e)
{
	nng_tls_config *cfg;
	int rv = nng_tls_config_alloc(&cfg, NNG_TLS_MODE_CLIENT);
	if (rv != 0)
		return socket_err(e, rv, "no TLS configuration");
	rv = nng_tls_config_version(cfg, NNG_TLS_1_3, NNG_TLS_1_3);
	if (rv == 0)
		rv = nng_tls_config_ca_chain(cfg, str_or_empty(bundle), NULL);
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

nng_msg *socket_frame(const struct msg *msg, size_t max, struct buf *scratch, struct err *e)
{
	nng_msg *m;
	if (wire_encode(msg, max, scratch, e) != RC_OK)
		return NULL;
	must(nng_msg_alloc(&m, 0) == 0 && nng_msg_append(m, buf_str(scratch), scratch->len) == 0);
	return m;
}
