/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: the connections behind the requests. */
#pragma once

#include "net/http_parts.h"

void conn_options(struct http_client *c, CURL *easy);
void conn_cut(struct http_client *c, CURL *easy); /* the one that carried the request */
void conn_cut_all(struct http_client *c);
