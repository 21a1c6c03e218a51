/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: base64 (RFC 4648) as in Secrets, kubeconfigs and tokens. */
#pragma once

#include "base/buf.h"

void base64_encode(const void *data, size_t len, struct buf *out);
/* Accepts both alphabets, with or without padding, and white space anywhere. RC_MALFORMED,
 * RC_TOOBIG. */
enum rc base64_decode(const char *text, size_t len, struct buf *out) must_use;
