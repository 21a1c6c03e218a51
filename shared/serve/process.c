/* SPDX-License-Identifier: Apache-2.0 */
/* The process_* metrics of the Prometheus client libraries, read from /proc/self before a
 * scrape. A value that cannot be read keeps its last state. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "serve/metrics.h"

enum { STAT_UTIME = 14, STAT_STIME = 15, STAT_STARTTIME = 22, STAT_VSIZE = 23, STAT_RSS = 24 };

/* Reads a small file; "" if that fails. */
static void read_small(const char *path, char *ret, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, ret, size - 1);
	ret[n > 0 ? n : 0] = 0;
	if (fd >= 0)
		close(fd);
}

/* The n-th field of /proc/self/stat; the second, in parentheses, may hold spaces. */
static double stat_field(const char *stat, int n)
{
	const char *at = strrchr(stat, ')');
	for (int i = 2; at && i < n; i++)
		at = strchr(at + 1, ' ');
	return at ? strtod(at, NULL) : 0;
}

static double count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	double n = -1; /* the directory itself */
	if (!dir)
		return 0;
	for (struct dirent *e; (e = readdir(dir));)
		n += e->d_name[0] != '.';
	closedir(dir);
	return n;
}

static double boot_seconds(void)
{
	struct timespec now, up;
	if (clock_gettime(CLOCK_REALTIME, &now) || clock_gettime(CLOCK_BOOTTIME, &up))
		return 0;
	return (double)(now.tv_sec - up.tv_sec) + (double)(now.tv_nsec - up.tv_nsec) / 1e9;
}

void metrics_process(struct metrics *m)
{
	char stat[1024];
	struct rlimit fds;
	double hz = (double)sysconf(_SC_CLK_TCK);
	metrics_set(m, METRIC_PROCESS_FDS, NULL, NULL, count_fds());
	if (!getrlimit(RLIMIT_NOFILE, &fds))
		metrics_set(m, METRIC_PROCESS_FDS_MAX, NULL, NULL, (double)fds.rlim_cur);
	read_small("/proc/self/stat", stat, sizeof stat);
	if (!*stat)
		return;
	metrics_set(m, METRIC_PROCESS_CPU, NULL, NULL,
		    (stat_field(stat, STAT_UTIME) + stat_field(stat, STAT_STIME)) / hz);
	metrics_set(m, METRIC_PROCESS_VIRTUAL, NULL, NULL, stat_field(stat, STAT_VSIZE));
	metrics_set(m, METRIC_PROCESS_RESIDENT, NULL, NULL,
		    stat_field(stat, STAT_RSS) * (double)sysconf(_SC_PAGESIZE));
	metrics_set(m, METRIC_PROCESS_START, NULL, NULL,
		    boot_seconds() + stat_field(stat, STAT_STARTTIME) / hz);
}
