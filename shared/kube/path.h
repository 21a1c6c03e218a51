/* SPDX-License-Identifier: Apache-2.0 */
/* The URLs of objects. Every segment and value is percent-encoded; nothing
 * is cut. */
#pragma once

#include "base/buf.h"
#include "sync/api.h"

/* Appends path and query of a request; manager is the field manager of writes. RC_TOOBIG, or
 * RC_BADREQUEST if a name is missing or invalid. */
enum rc path_build(const struct api_request *req, const char *manager, struct buf *out) must_use;
const char *path_kind_text(enum api_kind kind); /* "ComputeJob" */
const char *path_api_version(enum api_kind kind);
