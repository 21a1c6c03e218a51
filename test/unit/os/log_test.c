/* SPDX-License-Identifier: Apache-2.0 */
/* Lines on standard error: one write each, with the time, whole even when they were too long. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "os/logsink.h"
#include "test/lib/check.h"

static int pipe_ends[2];
static char line[64 * 1024];

/* What one call wrote. */
static void logged(struct logsink *s, const char *msg, const char *value)
{
	int saved = dup(STDERR_FILENO);
	dup2(pipe_ends[1], STDERR_FILENO);
	log_info(&s->log, msg, KS("job", value), KI("n", 3));
	dup2(saved, STDERR_FILENO);
	close(saved);
	ssize_t n = read(pipe_ends[0], line, sizeof line - 1);
	line[n > 0 ? n : 0] = 0;
}

static void logfmt(void **state)
{
	struct logsink s;
	(void)state;
	logsink_init(&s, LOG_INFO, false);
	logged(&s, "placed", "a \"b\"\n");
	assert_true(strlen(line) > 40);
	assert_string_equal(strstr(line, "level="),
			    "level=info msg=placed job=\"a \\\"b\\\"\\n\" n=3\n");
	log_debug(&s.log, "not told");
	buf_done(&s.line);
}

static void json(void **state)
{
	struct logsink s;
	(void)state;
	logsink_init(&s, LOG_INFO, true);
	logged(&s, "placed", "a \"b\"");
	assert_int_equal(line[0], '{');
	assert_non_null(strstr(line, "\"msg\":\"placed\",\"job\":\"a \\\"b\\\"\",\"n\":3}\n"));
	buf_done(&s.line);
}

static void too_long_is_whole_without_its_values(void **state)
{
	static char huge[40 * 1024];
	(void)state;
	memset(huge, 'x', sizeof huge - 1);
	for (int as_json = 0; as_json < 2; as_json++) {
		struct logsink s;
		logsink_init(&s, LOG_INFO, as_json);
		logged(&s, "placed", huge);
		assert_non_null(strstr(line, "placed"));
		assert_non_null(strstr(line, "cut"));
		assert_string_equal(line + strlen(line) - 2, as_json ? "}\n" : "\"\n");
		logged(&s, huge, "v");
		assert_non_null(strstr(line, "too long"));
		assert_true(strlen(line) < 300);
		buf_done(&s.line);
	}
}

static int setup(void **state)
{
	(void)state;
	return pipe2(pipe_ends, O_NONBLOCK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(logfmt),
		cmocka_unit_test(json),
		cmocka_unit_test(too_long_is_whole_without_its_values),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
