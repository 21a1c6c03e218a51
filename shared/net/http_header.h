/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: what one line of an answer's head says that counts here. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum http_header_kind {
	HTTP_HEADER_OTHER,
	HTTP_HEADER_STATUS,
	HTTP_HEADER_RETRY_AFTER,
	HTTP_HEADER_DATE
};

struct http_header {
	enum http_header_kind kind;
	bool http1;             /* of a status line: HTTP/1.x */
	int64_t date_s;         /* of a Date; 0: it is none */
	int64_t retry_after_ms; /* at most RETRY_AFTER_MAX_S; 0: the value is no number of seconds
				 */
};

/* The line, with its end or without; it need not end with a NUL. */
struct http_header http_header_read(const char *line, size_t len);
