/* SPDX-License-Identifier: Apache-2.0 */
/* Writes docs/reasons.md from coordinator/core/state/reasons.def to standard output. */
#include <stdio.h>

#include "coordinator/core/state/reasons.h"

static const char head[] =
	"# Reasons\n\n"
	"The reason of every condition, and of a status that asks for something to be done, is one "
	"of\n"
	"these. Where the column Event names a type, there is an Event with the reason too. Events "
	"expire,\n"
	"statuses do not.\n\n"
	"A message comes with each reason: the one of this table, or a more exact one, as the last "
	"column\n"
	"says. If you have to do something, the message ends with what to do.\n\n"
	"This page is generated from `coordinator/core/state/reasons.def`\n"
	"(`build/dev/bin/muster-reasons-doc > docs/reasons.md`).\n";

static void put_section(const char *title, bool of_node)
{
	printf("\n## %s\n\n| reason | Event | message | more |\n|---|---|---|---|\n", title);
	for (unsigned r = R_NONE + 1; r < R_N; r++) {
		enum reason x = (enum reason)r;
		if (reason_of_node(x) != of_node)
			continue;
		printf("| `%s` | %s | %s | %s |\n", reason_name(x),
		       !reason_event(x)    ? ""
		       : reason_warning(x) ? "Warning"
					   : "Normal",
		       reason_message(x), reason_more(x));
	}
}

int main(void)
{
	fputs(head, stdout);
	put_section("ComputeJob", false);
	put_section("ComputeNode", true);
	return fflush(stdout) ? 1 : 0;
}
