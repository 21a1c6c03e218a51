/* SPDX-License-Identifier: Apache-2.0 */
/* The man page is what the tables say, and docs/cli.md names each command and flag. */
#include <string.h>

#include "base/mem.h"
#include "cli/help.h"
#include "os/file.h"
#include "test/lib/check.h"

static char *read_all(const char *path)
{
	AUTO(buf_done) struct buf b = BUF_INIT(1024 * 1024);
	assert_int_equal(file_read(path, &b, NULL), RC_OK);
	return buf_steal(&b);
}

static void man_page(void **state)
{
	AUTO(buf_done) struct buf want = BUF_INIT(1024 * 1024);
	AUTO(mem_freep) char *have = read_all("cli/kubectl-muster.1");
	(void)state;
	help_man(&want);
	if (strcmp(have, buf_str(&want)) != 0)
		fail_msg("write it again: build/dev/bin/kubectl-muster help man > "
			 "cli/kubectl-muster.1");
}

static void page_names_all(void **state)
{
	AUTO(mem_freep) char *page = read_all("docs/cli.md");
	(void)state;
	for (uint32_t i = 0; i < CMD_N; i++) {
		AUTO(buf_done) struct buf word = BUF_INIT(100);
		buf_printf(&word, "`%s", commands[i].name);
		CASE(commands[i].name, strstr(page, buf_str(&word)));
	}
	for (uint32_t i = 0; i < FLAG_N; i++) {
		AUTO(buf_done) struct buf word = BUF_INIT(100);
		buf_printf(&word, "--%s", flag_rules[i].name);
		CASE(flag_rules[i].name, strstr(page, buf_str(&word)));
	}
}

/* Help is read on a terminal. */
static void help_is_narrow(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < CMD_N; i++) {
		AUTO(buf_done) struct buf out = BUF_INIT(64 * 1024);
		help_put(&out, &commands[i]);
		assert_true(out.len > 100);
		for (const char *p = commands[i].text; *p; p += strcspn(p, "\n") + 1)
			CASE(commands[i].name, strcspn(p, "\n") <= 110 && strchr(p, '\n'));
	}
}

static void scripts(void **state)
{
	static const char *const shells[] = {"bash", "zsh", "fish"};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(shells); i++) {
		AUTO(buf_done) struct buf out = BUF_INIT(64 * 1024);
		assert_int_equal(help_completion(&out, shells[i], NULL), RC_OK);
		CASE(shells[i], strstr(buf_str(&out), "kubectl-muster __complete"));
	}
	AUTO(buf_done) struct buf none = BUF_INIT(1024);
	assert_int_equal(help_completion(&none, "csh", NULL), RC_BADREQUEST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(man_page),
		cmocka_unit_test(page_names_all),
		cmocka_unit_test(help_is_narrow),
		cmocka_unit_test(scripts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
