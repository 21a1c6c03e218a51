/* SPDX-License-Identifier: Apache-2.0 */
#include "test/unit/coordinator/place/placing.h"

int placing_setup(void **state)
{
	tables_setup(state);
	tables_of(state)->placing = placing_new();
	return 0;
}

int placing_teardown(void **state)
{
	placing_free(tables_of(state)->placing);
	return tables_teardown(state);
}
