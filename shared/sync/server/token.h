/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens about which the API server is not asked: those whose claims cannot be good, and those that
 * it did not know within the last 10 s (at most 1,024 of them; a newer one takes the place of the
 * oldest). */
#pragma once

#include "sync/server/record.h"

/* REJECT_NONE if the API server has to be asked; else ret_why, borrowed until the next call.
 * ret_print is what server_token_denied wants to know. */
enum reject server_token_look(struct server_sessions *s, const char *token, const char *node,
			      char ret_print[TOKEN_PRINT_BYTES], const char **ret_why);
/* Whether the API server has refused the token of late; then ret_why, borrowed until the next call,
 * and it is counted. */
bool server_token_denied_again(struct server_sessions *s, const char *print, const char **ret_why);
/* The API server does not know the token. Harmless with a print of "". */
void server_token_denied(struct server_sessions *s, const char *print, const char *why);
void server_tokens_clear(struct server_sessions *s);
