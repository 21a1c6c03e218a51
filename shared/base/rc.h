/* SPDX-License-Identifier: Apache-2.0 */
/* Return codes. One list (rc.def) gives each code its text and its retry class, so that retry
 * policy is a table and not a chain of ifs. Values are stable within a process only. */
#pragma once

enum rc {
#define RC(id, text, retry) RC_##id,
#include "base/rc.def"
#undef RC
	RC_N
};

/* What a caller that wants the thing done does next. */
enum rc_retry {
	RETRY_NEVER,   /* the same request fails again */
	RETRY_NOW,     /* recompute from fresh state, then again */
	RETRY_BACKOFF, /* the same request, later */
	RETRY_RELIST,  /* list again, then watch */
	RETRY_REAUTH,  /* read the credentials again, then at once */
};

/* The code's lower-case English text; never NULL. */
const char *rc_text(enum rc rc);
/* The code's name as in rc.def ("TIMEOUT"), for metrics and logs; never NULL. */
const char *rc_name(enum rc rc);
enum rc_retry rc_retry(enum rc rc);
