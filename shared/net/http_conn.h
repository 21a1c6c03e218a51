/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: the connections of the requests. */
#pragma once

#include "net/http_parts.h"

void conn_options(struct http_client *c, CURL *easy);
void conn_cut(struct http_client *c, CURL *easy); /* closes the connection of this request */
void conn_cut_all(struct http_client *c);
