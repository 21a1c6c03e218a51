/* SPDX-License-Identifier: Apache-2.0 */
#include "link/dial.h"

#include <arpa/inet.h>
#include <nng/supplemental/tls/tls.h>

#include "base/mem.h"
#include "link/socket.h"

enum { NEVER_MS = 20 * 86400 * 1000 }; /* nng waits a random time below it */

static enum rc tls_client(const char *server_name, const char *bundle, nng_tls_config **ret,
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

static int set_local(nng_dialer dialer, uint32_t ipv4)
{
	nng_sockaddr from = {.s_in = {.sa_family = NNG_AF_INET, .sa_addr = htonl(ipv4)}};
	return nng_dialer_set_addr(dialer, NNG_OPT_LOCADDR, &from);
}

static enum rc dialer_set(nng_dialer dialer, nng_tls_config *cfg, uint32_t local_ipv4,
			  struct err *e)
{
	int rv = nng_dialer_set_ptr(dialer, NNG_OPT_TLS_CONFIG, cfg);
	if (rv == 0 && local_ipv4)
		rv = set_local(dialer, local_ipv4);
	if (rv == 0)
		rv = nng_dialer_set_ms(dialer, NNG_OPT_RECONNMINT, NEVER_MS);
	if (rv == 0)
		rv = nng_dialer_set_ms(dialer, NNG_OPT_RECONNMAXT, NEVER_MS);
	return rv == 0 ? RC_OK : socket_err(e, rv, "the dialer cannot be set up");
}

enum rc dial_start(nng_socket s, const char *address, const char *server_name, const char *bundle,
		   uint32_t local_ipv4, nng_dialer *ret, bool *ret_made, struct err *e)
{
	AUTO(buf_done) struct buf url = BUF_INIT(1024);
	nng_tls_config *cfg = NULL;
	buf_printf(&url, "tls+tcp://%s", address);
	if (buf_rc(&url) != RC_OK)
		return err_set(e, RC_TOOBIG, "the coordinator's address is too long");
	enum rc rc = tls_client(server_name, bundle, &cfg, e);
	if (rc != RC_OK)
		return rc;
	int rv = nng_dialer_create(ret, s, buf_str(&url));
	if (rv != 0) {
		nng_tls_config_free(cfg);
		return socket_err(e, rv, buf_str(&url));
	}
	*ret_made = true;
	rc = dialer_set(*ret, cfg, local_ipv4, e);
	nng_tls_config_free(cfg); /* the dialer has its own reference */
	if (rc == RC_OK && (rv = nng_dialer_start(*ret, NNG_FLAG_NONBLOCK)) != 0)
		rc = socket_err(e, rv, buf_str(&url));
	return rc;
}
