/* SPDX-License-Identifier: Apache-2.0 */
/* What the two halves share: a server, a proxy before it, and the client behind the proxy. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rig.h"

extern struct rig rig;

/* A kubeconfig for https://127.0.0.1:port with the test's CA, token (or NULL) and tokenFile (or
 * NULL), written to path. */
void write_kubeconfig(const char *path, unsigned port, const char *token, const char *token_file);
unsigned text_number(const char *s); /* digits up to the first other character */
void write_file(const char *path, const char *text);

/* fake_test.c: against fake.py */
int fake_start(void **state);
int fake_stop(void **state);
void failures_keep_their_words(void **state);
void token_is_read_again_on_401(void **state);
void lists_are_whole_or_nothing(void **state);
void watches_end_with_their_reason(void **state);
