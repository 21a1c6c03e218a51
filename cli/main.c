/* SPDX-License-Identifier: Apache-2.0 */
/* kubectl-muster: kubectl runs it for "kubectl muster …" when it is on the PATH. A SIGINT ends
 * commands that only read as it ends any program. */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/hash.h"
#include "cli/main.h"
#include "os/process.h"
#include "os/random.h"

/* A caller may have closed some of the descriptors 0 to 2. A socket that got such a number would be
 * taken for the standard output. */
static void open_standard_files(void)
{
	int fd = 0;
	while (fd >= 0 && fd <= 2)
		fd = open("/dev/null", O_RDWR);
	if (fd > 2)
		close(fd);
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN); /* out.h */
	open_standard_files();
	hash_key_set(random_seed(), random_seed());
	process_hide_memory();
	return cli_main(argc, argv);
}
