/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: the requests of a client. */
#pragma once

#include "net/http_parts.h"

void http_run(struct http_client *c);   /* transfers, callbacks */
void http_free(struct http_request *r); /* it must be in no list and no multi handle */
void http_flush(struct http_client *c); /* sends what waits */
/* Time until the first waiting request must end unsent; INT64_MAX if none waits. */
int64_t http_waiting_ms(const struct http_client *c);
