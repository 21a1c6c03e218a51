/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: encodes the bodies of requests. */
#pragma once

#include "base/buf.h"
#include "sync/api.h"

/* Appends the body, or nothing if the verb has none. *ret_type is its content type, or NULL. */
enum rc encode_body(const struct api_request *req, struct buf *out, const char **ret_type,
		    struct err *e) must_use;
