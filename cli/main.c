/* SPDX-License-Identifier: Apache-2.0 */
/* kubectl-muster: kubectl runs it for "kubectl muster …" when it is on the PATH. A SIGINT ends
 * commands that only read as it ends any program. */
#include <signal.h>

#include "base/hash.h"
#include "cli/main.h"
#include "os/process.h"
#include "os/random.h"

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN); /* out.h */
	hash_key_set(random_seed(), random_seed());
	process_hide_memory();
	return cli_main(argc, argv);
}
