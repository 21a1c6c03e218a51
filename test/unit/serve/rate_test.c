/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/rate.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "test/lib/check.h"

static struct sockaddr_storage at(const char *text)
{
	struct sockaddr_storage s = {0};
	struct sockaddr_in four = {.sin_family = AF_INET};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6};
	if (inet_pton(AF_INET, text, &four.sin_addr) == 1)
		memcpy(&s, &four, sizeof four);
	else if (inet_pton(AF_INET6, text, &six.sin6_addr) == 1)
		memcpy(&s, &six, sizeof six);
	return s;
}

static bool take(struct rate *r, const char *text, int64_t now_ms)
{
	struct sockaddr_storage s = at(text);
	return rate_take(r, (const struct sockaddr *)&s, now_ms);
}

/* Takes until there is no more; how often. */
static int takes(struct rate *r, const char *text, int64_t now_ms)
{
	int n = 0;
	while (n < 100 && take(r, text, now_ms))
		n++;
	return n;
}

static void each_address_has_its_own(void **state)
{
	struct rate r = {0};
	(void)state;
	assert_int_equal(takes(&r, "10.0.0.1", 1000), 20);
	assert_int_equal(takes(&r, "10.0.0.2", 1000), 20);
	assert_int_equal(takes(&r, "::ffff:10.0.0.1", 1000), 0); /* the same */
	assert_int_equal(takes(&r, "fd00:1::1", 1000), 20);
	assert_int_equal(takes(&r, "fd00:1::2", 1000), 0); /* the same /64 */
	assert_int_equal(takes(&r, "fd00:2::1", 1000), 20);
	assert_true(rate_take(&r, NULL, 1000));
}

static void it_comes_back_with_time(void **state)
{
	struct rate r = {0};
	(void)state;
	assert_int_equal(takes(&r, "10.0.0.1", 1000), 20);
	assert_int_equal(takes(&r, "10.0.0.1", 1199), 0);
	assert_int_equal(takes(&r, "10.0.0.1", 1200), 1);
	assert_int_equal(takes(&r, "10.0.0.1", 2200), 5);
	assert_int_equal(takes(&r, "10.0.0.1", 100000), 20);
}

/* The quietest makes room, not one that asks all the time. */
static void more_addresses_than_places(void **state)
{
	struct rate r = {0};
	(void)state;
	assert_int_equal(takes(&r, "10.0.0.1", 1000), 20);
	for (int i = 2; i < 200; i++) {
		struct sockaddr_in a = {.sin_family = AF_INET,
					.sin_addr.s_addr = htonl(0x0a000000U + (uint32_t)i)};
		assert_true(rate_take(&r, (const struct sockaddr *)&a, 1000 + i));
	}
	assert_int_equal(takes(&r, "10.0.0.1", 1199), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_address_has_its_own),
		cmocka_unit_test(it_comes_back_with_time),
		cmocka_unit_test(more_addresses_than_places),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
