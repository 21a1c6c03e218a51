/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: a client's requests, from its line to their end. */
#pragma once

#include "net/http_parts.h"

void http_run(struct http_client *c);   /* transfers, callbacks */
void http_free(struct http_request *r); /* in no list and no multi any more */
void http_flush(struct http_client *c); /* starts what waits */
/* Until the first of what waits must end unsent; INT64_MAX: nothing waits. */
int64_t http_waiting_ms(const struct http_client *c);
