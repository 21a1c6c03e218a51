/* SPDX-License-Identifier: Apache-2.0 */
/* Shares of namespaces alone: how many there are, and what is over when their table is full. */
#include "coordinator/core/state/share.h"

#include "base/buf.h"
#include "test/unit/coordinator/state/tables.h"

enum { HOLD_MS = 1000 };

static void nobody_is_counted_twice(void **state)
{
	struct core *c = tables_of(state);
	c->cfg.max_hold_ms = HOLD_MS;
	share_count(c, "a"); /* it has none yet */
	assert_int_equal(c->reservations.nshares, 0);
	share_held(c, "a", -1);
	assert_true(share_left(c, "a"));
	assert_int_equal(share_spend(c, "a"), c->now_ms + HOLD_MS);
	assert_int_equal(share_spend(c, "a"), c->now_ms + HOLD_MS);
	assert_int_equal(c->reservations.nshares, 1);
	c->now_ms += HOLD_MS;
	assert_int_equal(share_pause(c, "a"), 0);
	share_count(c, "a");
	assert_int_equal(share_pause(c, "a"), c->now_ms + HOLD_MS);
}

/* More namespaces than there are shares hold nodes as before, by the bound of each job. */
static void a_full_table(void **state)
{
	struct core *c = tables_of(state);
	c->cfg.max_hold_ms = HOLD_MS;
	for (uint32_t i = 0; i < HOLD_SHARES_MAX; i++) {
		AUTO(buf_done) struct buf ns = BUF_INIT(16);
		buf_printf(&ns, "n%u", i);
		share_spend(c, buf_str(&ns));
	}
	assert_int_equal(c->reservations.nshares, HOLD_SHARES_MAX);
	share_looked(c, "more");
	share_held(c, "more", 1);
	share_count(c, "more");
	assert_int_equal(share_spend(c, "more"), INT64_MAX);
	assert_int_equal(share_pause(c, "more"), 0);
	assert_int_equal(c->reservations.nshares, HOLD_SHARES_MAX);
	c->now_ms += 1;
	shares_begin(c);
	shares_end(c); /* nobody holds any more … */
	c->now_ms += 1;
	shares_begin(c); /* … and what was spent has come back */
	assert_int_equal(c->reservations.nshares, 0);
	assert_int_equal(share_spend(c, "more"), c->now_ms + HOLD_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nobody_is_counted_twice, tables_setup,
						tables_teardown),
		cmocka_unit_test_setup_teardown(a_full_table, tables_setup, tables_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
