/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rc.h"

#include "base/must.h"

static const struct {
	const char *name, *text;
	enum rc_retry retry;
} codes[RC_N] = {
#define RC(id, t, r) [RC_##id] = {#id, t, RETRY_##r},
#include "base/rc.def"
#undef RC
};

const char *rc_text(enum rc rc)
{
	must((unsigned)rc < RC_N);
	return codes[rc].text;
}

const char *rc_name(enum rc rc)
{
	must((unsigned)rc < RC_N);
	return codes[rc].name;
}

enum rc_retry rc_retry(enum rc rc)
{
	must((unsigned)rc < RC_N);
	return codes[rc].retry;
}
