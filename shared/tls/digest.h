/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256, for what must stay apart although somebody tries to make it alike. Any thread. */
#pragma once

#include <stddef.h>

enum { DIGEST_HEX_BYTES = 65 };

/* 64 lower-case hex digits, terminated. */
void digest_sha256(const void *data, size_t len, char ret_hex[DIGEST_HEX_BYTES]);
