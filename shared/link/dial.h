/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of link: one dial of the agent over TLS 1.3. */
#pragma once

#include <nng/nng.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/must.h"

/* Starts one dial to address (host:port) and returns at once. The server's certificate must name
 * server_name and be signed by a CA of bundle (PEM). local_ipv4: dialed from there; 0: from
 * whichever. *ret_made is true if there is a dialer to close, also after an error. RC_TOOBIG,
 * RC_TLS, RC_IO, RC_UNREACHABLE. */
enum rc dial_start(nng_socket s, const char *address, const char *server_name, const char *bundle,
		   uint32_t local_ipv4, nng_dialer *ret, bool *ret_made, struct err *e) must_use;
