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

nng_msg *socket_frame(const struct msg *msg, size_t max, struct buf *scratch, struct err *e)
{
	nng_msg *m;
	if (wire_encode(msg, max, scratch, e) != RC_OK)
		return NULL;
	must(nng_msg_alloc(&m, 0) == 0 && nng_msg_append(m, buf_str(scratch), scratch->len) == 0);
	return m;
}
