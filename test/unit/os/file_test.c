/* SPDX-License-Identifier: Apache-2.0 */
/* Small files whole, and whether a path shows something new; names from the kernel's randomness. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "os/file.h"
#include "os/random.h"

static char dir[] = "/tmp/muster-file-XXXXXX";
static char path[64], other[64];

static void write_file(const char *name, const char *data, size_t len)
{
	FILE *f = fopen(name, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void name_file(char *to, const char *name)
{
	memcpy(to, dir, sizeof dir - 1);
	memcpy(to + sizeof dir - 1, name, strlen(name) + 1);
}

static int make_dir(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	name_file(path, "/one");
	name_file(other, "/two");
	return 0;
}

static int clean(void **state)
{
	(void)state;
	unlink(path);
	unlink(other);
	return 0;
}

static int remove_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

static void read_gives_all(void **state)
{
	static char data[10000];
	AUTO(buf_done) struct buf out = BUF_INIT(sizeof data);
	struct err e;
	(void)state;
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (char)(i * 7);
	write_file(path, data, sizeof data);
	assert_int_equal(file_read(path, &out, &e), RC_OK);
	assert_int_equal(out.len, sizeof data);
	assert_memory_equal(out.data, data, sizeof data);
	/* One byte less than there is: an error, no cut. */
	AUTO(buf_done) struct buf small = BUF_INIT(sizeof data - 1);
	assert_int_equal(file_read(path, &small, &e), RC_TOOBIG);
	assert_non_null(strstr(e.msg, "has more than 9999 bytes"));
}

static void read_says_what_is_wrong(void **state)
{
	AUTO(buf_done) struct buf out = BUF_INIT(64);
	struct err e;
	(void)state;
	assert_int_equal(file_read(path, &out, &e), RC_NOTFOUND);
	assert_non_null(strstr(e.msg, path));
	assert_int_equal(file_read(dir, &out, &e), RC_IO);
	write_file(path, "", 0);
	assert_int_equal(file_read(path, &out, &e), RC_OK);
	assert_int_equal(out.len, 0);
}

/* As the kubelet replaces a mounted file: another one is moved over it. */
static void changes_are_seen_once(void **state)
{
	struct file_stamp stamp = {0};
	(void)state;
	assert_false(file_changed(path, &stamp)); /* it was never there */
	write_file(path, "a", 1);
	assert_true(file_changed(path, &stamp));
	assert_false(file_changed(path, &stamp));
	write_file(other, "b", 1);
	assert_int_equal(rename(other, path), 0);
	assert_true(file_changed(path, &stamp));
	assert_false(file_changed(path, &stamp));
	write_file(path, "longer", 6);
	assert_true(file_changed(path, &stamp));
	unlink(path);
	assert_true(file_changed(path, &stamp));
	assert_false(file_changed(path, &stamp));
}

static void random_names_differ(void **state)
{
	char a[17], b[17];
	(void)state;
	random_name(a, 16);
	random_name(b, 16);
	assert_int_equal(strlen(a), 16);
	assert_int_equal(strspn(a, "bcdfghjklmnpqrstvwxz2456789"), 16);
	assert_string_not_equal(a, b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(read_gives_all, clean),
		cmocka_unit_test_teardown(read_says_what_is_wrong, clean),
		cmocka_unit_test_teardown(changes_are_seen_once, clean),
		cmocka_unit_test(random_names_differ),
	};
	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
