/* SPDX-License-Identifier: Apache-2.0 */
/* Assertions that are on in every build, for our own bugs only: bytes from a peer or from the API
 * server never reach one. A failure says where on stderr and aborts. */
#pragma once

#define must_use __attribute__((warn_unused_result))
#define must(cond) ((cond) ? (void)0 : must_fail(#cond, __FILE__, __LINE__))

_Noreturn void must_fail(const char *cond, const char *file, int line);
