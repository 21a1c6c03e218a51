/* SPDX-License-Identifier: Apache-2.0 */
/* The ComputeJob that a script asks for. What has no field in Muster is refused with the number of
 * its line. */
#pragma once

#include <jansson.h>

#include "cli/script.h"

struct job_source {
	const char *file;        /* its name, for the job's; "-" for standard input */
	const char *const *args; /* of the script */
	uint32_t nargs;
};

/* The caller owns *ret. notes: sentences for people, a line each, may stay empty. RC_BADREQUEST. */
enum rc job_of_script(const struct script *s, const struct job_source *from, json_t **ret,
		      struct buf *notes, struct err *e) must_use;
