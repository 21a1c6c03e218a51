/* SPDX-License-Identifier: Apache-2.0 */
/* Writes docs/reasons.md from coordinator/core/state/reasons.def to standard output. */
#include <stdio.h>

#include "coordinator/core/state/reasons.h"

static const char head[] =
	"# Reasons\n\n"
	"Whatever a user can do something about stands in the object's status, as `status.reason` "
	"and\n"
	"the `reason` of a condition, with words beside it; where the table says so, there is an "
	"Event\n"
	"too. Events expire, statuses do not. This page is generated from\n"
	"`coordinator/core/state/reasons.def` (`build/dev/bin/muster-reasons-doc > "
	"docs/reasons.md`).\n";

static void put_section(const char *title, bool of_node)
{
	printf("\n## %s\n\n| reason | Event | meaning |\n|---|---|---|\n", title);
	for (unsigned r = R_NONE + 1; r < R_N; r++) {
		enum reason x = (enum reason)r;
		if (reason_of_node(x) != of_node)
			continue;
		printf("| `%s` | %s | %s |\n", reason_name(x),
		       !reason_event(x)    ? ""
		       : reason_warning(x) ? "Warning"
					   : "Normal",
		       reason_doc(x));
	}
}

int main(void)
{
	fputs(head, stdout);
	put_section("ComputeJob", false);
	put_section("ComputeNode", true);
	return fflush(stdout) ? 1 : 0;
}
