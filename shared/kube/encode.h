/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: bodies of requests. */
#pragma once

#include "base/buf.h"
#include "sync/api.h"

/* The body, or nothing where the verb has none. *ret_type: its content type, or NULL. */
enum rc encode_body(const struct api_request *req, struct buf *out, const char **ret_type,
		    struct err *e) must_use;
