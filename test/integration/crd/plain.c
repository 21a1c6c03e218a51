/* SPDX-License-Identifier: Apache-2.0 */
/* For plain_test.py: reads a job's spec in each line, and prints in one line "agent" or
 * "coordinator", who is to create its pods, and the pod of its first member; or "invalid". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kube/pod.h"

enum { LINE_MAX_BYTES = 1 << 20 };

static void judge(const char *line)
{
	AUTO(arena_done) struct arena a = ARENA_INIT(8 << 20);
	AUTO(buf_done) struct buf out = BUF_INIT(LINE_MAX_BYTES);
	AUTO(js_freep) json_t *o = js_load(line, strlen(line), NULL);
	struct job_spec s = {0};
	pod_template(&a, o, "busybox", "work", &s);
	struct pod_create p = {.ns = "work",
			       .name = "j-0-abcde",
			       .job_name = "j",
			       .job_uid = "0123",
			       .node = "n1",
			       .attempt = 1,
			       .parallelism = 1,
			       .template_hash = s.template_hash,
			       .template_text = s.template_text};
	if (s.invalid || !s.template_text || pod_render(&p, &out, NULL) != RC_OK)
		puts("invalid");
	else
		printf("%s %s\n", s.credentials ? "coordinator" : "agent", buf_str(&out));
}

int main(void)
{
	char *line = NULL;
	size_t cap = 0;
	for (ssize_t n; (n = getline(&line, &cap, stdin)) > 0;) {
		line[n - 1] = 0;
		judge(line);
	}
	free(line);
	return 0;
}
