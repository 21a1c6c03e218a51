/* SPDX-License-Identifier: Apache-2.0 */
/* A line of the head of an answer, of an API server or of whatever stands before it. */
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "net/http.h"
#include "net/http_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static bool begins(const uint8_t *p, size_t len, const char *with)
{
	for (size_t i = 0; with[i]; i++) {
		if (i >= len || tolower(p[i]) != with[i])
			return false;
	}
	return true;
}

/* The seconds that it names, of which so many count. */
static int64_t seconds(const uint8_t *p, size_t len)
{
	int64_t n = 0;
	size_t i = strlen("retry-after:");
	while (i < len && p[i] == ' ')
		i++;
	for (; i < len && isdigit(p[i]); i++)
		n = n > RETRY_AFTER_MAX_S ? n : n * 10 + (p[i] - '0');
	return n > RETRY_AFTER_MAX_S ? RETRY_AFTER_MAX_S : n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct http_header h = http_header_read((const char *)data, len);
	must(h.retry_after_ms >= 0 && h.retry_after_ms <= RETRY_AFTER_MAX_S * 1000);
	switch (h.kind) {
	case HTTP_HEADER_STATUS:
		must(len > 5 && !memcmp(data, "HTTP/", 5) && h.http1 == (data[5] == '1'));
		break;
	case HTTP_HEADER_RETRY_AFTER:
		must(begins(data, len, "retry-after:") && !h.http1);
		must(h.retry_after_ms == seconds(data, len) * 1000);
		break;
	case HTTP_HEADER_DATE:
		must(begins(data, len, "date:") && !h.http1 && !h.retry_after_ms);
		must(h.date_s >= 0);
		break;
	case HTTP_HEADER_OTHER:
		must(!h.http1 && !h.retry_after_ms);
		must(len <= 5 || memcmp(data, "HTTP/", 5) != 0);
		must(len <= strlen("date:") || !begins(data, len, "date:"));
		must(len <= strlen("retry-after:") || !begins(data, len, "retry-after:"));
		break;
	}
	return 0;
}
