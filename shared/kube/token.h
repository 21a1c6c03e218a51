/* SPDX-License-Identifier: Apache-2.0 */
/* What a ServiceAccount's token says of itself, without a look at its signature: only the API
 * server can check that. What is no such token, or names another account, audience or node, no
 * review finds good, so none is spent on it. exp must be there, but is not compared with a clock:
 * ours may be wrong, and then no node would have a session. */
#pragma once

#include "sync/server_sessions.h"

/* For server_sessions_config.look; username is system:serviceaccount:NS:NAME. ret_print is the
 * token's SHA-256. */
enum reject token_look(const char *token, const char *username, const char *node,
		       char ret_print[TOKEN_PRINT_BYTES], const char **ret_why);
