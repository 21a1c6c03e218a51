/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts from anywhere: no crash; what is refused says why, and what is accepted is a job. */
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "cli/job_of_script.h"
#include "kube/js.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void values(const char *s)
{
	uint64_t n;
	if (script_size(s, &n))
		must(n >= 1024 && n <= INT64_MAX / 1000);
	if (script_time(s, &n))
		must(n <= INT32_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *const args[] = {"x"};
	const struct job_source from = {"f.sh", args, 1};
	AUTO(mem_freep) char *text = mem_strndup((const char *)data, len);
	AUTO(buf_done) struct buf notes = BUF_INIT(64 * 1024);
	AUTO(script_done) struct script s;
	AUTO(js_freep) json_t *job = NULL;
	struct err e = {""};
	values(text);
	enum rc rc = script_parse((const char *)data, len, &s, &e);
	if (rc == RC_OK)
		rc = job_of_script(&s, &from, &job, &notes, &e);
	must(rc == RC_OK || rc == RC_BADREQUEST);
	must(rc == RC_OK ? job != NULL : e.msg[0] != 0);
	must(rc != RC_OK || json_array_size(js_path(job, "spec", "command")) >= 3);
	return 0;
}
