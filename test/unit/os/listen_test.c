/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets that listen, and who reaches them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "os/listen.h"

static bool reaches(const char *host, uint16_t port)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST};
	AUTO(buf_done) struct buf text = BUF_INIT(16);
	struct addrinfo *a = NULL;
	buf_printf(&text, "%u", (unsigned)port);
	assert_int_equal(getaddrinfo(host, buf_str(&text), &hints, &a), 0);
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool yes = fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) == 0;
	if (fd >= 0)
		close(fd);
	freeaddrinfo(a);
	return yes;
}

static bool has_ipv6(void)
{
	int fd = -1;
	bool yes = listen_open("[::1]:0", 0, 1, &fd, NULL) == RC_OK;
	if (yes)
		close(fd);
	return yes;
}

static void test_who_reaches_it(void **state)
{
	const bool six = has_ipv6();
	static const struct {
		const char *address;
		bool by_four, by_six, needs_six;
	} cases[] = {
		{"127.0.0.1:0", true, false, false}, {"0.0.0.0:0", true, false, false},
		{"*:0", true, true, false},          {":0", true, true, false},
		{"[::1]:0", false, true, true},      {"[::]:0", true, true, true},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = {0};
		int fd = -1;
		if (cases[i].needs_six && !six)
			continue;
		if (listen_open(cases[i].address, 0, 1, &fd, &e) != RC_OK)
			fail_msg("%s: %s", cases[i].address, e.msg);
		uint16_t port = listen_port(fd);
		assert_int_not_equal(port, 0);
		if (reaches("127.0.0.1", port) != cases[i].by_four)
			fail_msg("%s and IPv4", cases[i].address);
		if (six && reaches("::1", port) != cases[i].by_six)
			fail_msg("%s and IPv6", cases[i].address);
		close(fd);
	}
}

static void test_a_port_of_the_caller(void **state)
{
	struct err e = {0};
	int first = -1, second = -1;
	(void)state;
	assert_int_equal(listen_open("127.0.0.1:0", 0, 1, &first, &e), RC_OK);
	uint16_t port = listen_port(first);
	assert_int_equal(listen_open("127.0.0.1:0", port, 1, &second, &e), RC_IO);
	assert_non_null(strstr(e.msg, "127.0.0.1:0"));
	close(first);
	assert_int_equal(listen_open("*:0", port, 1, &second, &e), RC_OK);
	assert_int_equal(listen_port(second), port);
	close(second);
	assert_int_equal(listen_port(-1), 0);
}

static void test_no_address(void **state)
{
	static const char *const bad[] = {
		"",      "8080",    "localhost:", "localhost:80",  "::1:8080x",   "[::1]",
		"[]:80", "[::1:80", "1.2.3:4:5",  "1.2.3.4:99999", "[1.2.3.4:80", "example.com:80"};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err e = {0};
		int fd = -1;
		if (listen_open(bad[i], 0, 1, &fd, &e) != RC_CONFIG)
			fail_msg("%s was taken", bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_reaches_it),
		cmocka_unit_test(test_a_port_of_the_caller),
		cmocka_unit_test(test_no_address),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
