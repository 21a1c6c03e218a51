/* SPDX-License-Identifier: Apache-2.0 */
/* Times and durations from anywhere: what is read is written and read again as the same. */
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/clocktext.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	AUTO(mem_freep) char *text = mem_alloc(len + 1);
	char written[CLOCKTEXT_BYTES];
	int64_t ms, again;
	if (len)
		memcpy(text, data, len);
	text[len] = 0;
	/* A leap second at the end of the last year is of no year that is read. */
	if (clocktext_parse(text, &ms) == RC_OK && ms < INT64_C(253402300800000)) {
		clocktext_millis(ms, written);
		must(clocktext_parse(written, &again) == RC_OK && again == ms);
		clocktext_seconds(ms, written);
		must(clocktext_parse(written, &again) == RC_OK && again == whole_seconds(ms));
	}
	if (clocktext_parse_duration(text, &ms) == RC_OK)
		must(ms >= 0);
	return 0;
}
