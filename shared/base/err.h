/* SPDX-License-Identifier: Apache-2.0 */
/* An error's words, on the caller's stack, beside the code that the function returns. Wrapped with
 * context on the way up; logged once, where it is handled. Every function takes NULL for e. */
#pragma once

#include "base/rc.h"

#define ERR_MSG_MAX 512

struct err {
	char msg[ERR_MSG_MAX]; /* always terminated; longer text is cut */
};

/* Sets the message and returns rc, so that "return err_set(e, RC_X, …)" reads as one step. */
enum rc err_set(struct err *e, enum rc rc, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Puts "<fmt>: " before the message and returns rc. */
enum rc err_wrap(struct err *e, enum rc rc, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* "<fmt>: <strerror(errno)>" */
enum rc err_errno(struct err *e, enum rc rc, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
