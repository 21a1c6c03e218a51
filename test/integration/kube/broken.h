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
/* A file of the server's folder, without newlines at its end. */
void read_text(const char *name, struct buf *out);
unsigned text_number(const char *s); /* digits up to the first other character */
void write_file(const char *path, const char *text);

/* creds_test.c: against the server itself */
void credentials_of_all_kinds_work(void **state);
void servers_are_believed_or_not(void **state);
void a_new_ca_is_read_when_the_old_one_fails(void **state);
void plugins_give_tokens_and_new_ones(void **state);

/* vanish_test.c */
void the_kernel_asks_for_silent_peers(void **state);

/* fake_test.c: against fake.py */
int fake_start(void **state);
int fake_stop(void **state);
void failures_keep_their_words(void **state);
void token_is_read_again_on_401(void **state);
void lists_are_whole_or_nothing(void **state);
void watches_end_with_their_reason(void **state);
