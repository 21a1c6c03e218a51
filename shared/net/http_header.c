/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http_header.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#include "net/http.h"

/* What follows the name of a header, its colon and spaces; NULL: it is another header. */
static const char *value_of(const char *line, size_t len, const char *name, size_t *ret_len)
{
	size_t i = strlen(name);
	if (len <= i || strncasecmp(line, name, i) != 0)
		return NULL;
	while (i < len && line[i] == ' ')
		i++;
	*ret_len = len - i;
	return line + i;
}

/* RFC 9110, 10.2.3: seconds, or a date, which no API server sends. */
static int64_t retry_after_ms(const char *value, size_t len)
{
	int64_t seconds = 0;
	for (size_t i = 0; i < len && value[i] >= '0' && value[i] <= '9' && seconds < 3600; i++)
		seconds = seconds * 10 + (value[i] - '0');
	return (seconds < RETRY_AFTER_MAX_S ? seconds : RETRY_AFTER_MAX_S) * 1000;
}

/* 0: it is no date. */
static int64_t date_s(const char *value, size_t len)
{
	char text[64];
	if (len >= sizeof text)
		return 0;
	memcpy(text, value, len);
	text[len] = 0;
	time_t t = curl_getdate(text, NULL);
	return t > 0 ? t : 0;
}

struct http_header http_header_read(const char *line, size_t len)
{
	static const char version[] = "HTTP/";
	size_t n = sizeof version - 1;
	const char *value;
	if (len > n && memcmp(line, version, n) == 0)
		return (struct http_header){.kind = HTTP_HEADER_STATUS, .http1 = line[n] == '1'};
	if ((value = value_of(line, len, "retry-after:", &n)) != NULL)
		return (struct http_header){.kind = HTTP_HEADER_RETRY_AFTER,
					    .retry_after_ms = retry_after_ms(value, n)};
	if ((value = value_of(line, len, "date:", &n)) != NULL)
		return (struct http_header){.kind = HTTP_HEADER_DATE, .date_s = date_s(value, n)};
	return (struct http_header){.kind = HTTP_HEADER_OTHER};
}
