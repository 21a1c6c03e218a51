/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of link: one dial of the agent's, by TLS 1.3. */
#pragma once

#include <nng/nng.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/must.h"

/* Dials address (host:port) once, and comes back at once. server_name: what the server's
 * certificate must name; bundle: PEM of the CAs to believe. *ret_made: there is a dialer to close,
 * also if what follows failed. RC_TOOBIG, RC_TLS, RC_IO, RC_UNREACHABLE. */
enum rc dial_start(nng_socket s, const char *address, const char *server_name, const char *bundle,
		   nng_dialer *ret, bool *ret_made, struct err *e) must_use;
