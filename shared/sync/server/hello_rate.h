/* SPDX-License-Identifier: Apache-2.0 */
/* How often a node may say Hello: each Hello is a TokenReview and a new beginning for everything
 * that is known of the node. 10 at once, then one every 2 s. Only Hellos with a good token count,
 * so nobody can use up what another node has. */
#pragma once

#include "sync/server/record.h"

bool server_hello_rate_ok(const struct server_sessions *s, const char *node);
void server_hello_rate_count(struct server_sessions *s, const char *node);
void server_hello_rates_clear(struct server_sessions *s);
