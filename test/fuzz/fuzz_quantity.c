/* SPDX-License-Identifier: Apache-2.0 */
/* Quantities, times, durations and index ranges from anywhere: no crash, and what is accepted
 * survives being written and read again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clocktext.h"
#include "base/mem.h"
#include "base/runs.h"
#include "model/quantity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void quantity(const char *s)
{
	int64_t milli, again;
	AUTO(buf_done) struct buf out = BUF_INIT(100);
	if (quantity_parse(s, &milli) != RC_OK)
		return;
	must(milli >= 0);
	quantity_format(&out, milli);
	must(quantity_parse(buf_str(&out), &again) == RC_OK && again == milli);
}

static void ranges(const char *s)
{
	AUTO(runs_done) struct runs a = {0}, b = {0};
	AUTO(buf_done) struct buf out = BUF_INIT(1 << 20);
	if (runs_parse(&a, s, COMPLETIONS_MAX - 1) != RC_OK)
		return;
	runs_format(&a, COMPLETIONS_MAX, &out);
	must(runs_parse(&b, buf_str(&out), COMPLETIONS_MAX - 1) == RC_OK);
	must(runs_count(&a, COMPLETIONS_MAX) == runs_count(&b, COMPLETIONS_MAX));
	for (uint32_t i = 0; i < a.n; i++) {
		must(a.v[i].first <= a.v[i].last && a.v[i].last < COMPLETIONS_MAX);
		must(!i || a.v[i - 1].last + 1 < a.v[i].first);
	}
}

static void times(const char *s)
{
	int64_t ms, again;
	char text[CLOCKTEXT_BYTES];
	if (clocktext_parse_duration(s, &ms) == RC_OK)
		must(ms >= 0);
	/* Within the years that the text has four digits for. */
	if (clocktext_parse(s, &ms) != RC_OK || ms < -62135596800000 || ms > 253402300799999)
		return;
	clocktext_millis(ms, text);
	must(clocktext_parse(text, &again) == RC_OK && again == ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	AUTO(mem_freep) char *s = mem_strndup((const char *)data, len);
	quantity(s);
	ranges(s);
	times(s);
	return 0;
}
