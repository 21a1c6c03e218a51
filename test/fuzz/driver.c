/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzz target over the files of its corpus folder, for compilers without libFuzzer: the
 * corpus is a regression test everywhere. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int run_file(const char *dir, const char *name)
{
	AUTO(buf_done) struct buf path = BUF_INIT(4096);
	buf_printf(&path, "%s/%s", dir, name);
	FILE *f = fopen(buf_str(&path), "rb");
	if (!f)
		return -1;
	static uint8_t data[4 << 20];
	size_t len = fread(data, 1, sizeof data, f);
	fclose(f);
	/* A heap copy of the exact size, so that a sanitizer sees a read past its end. */
	uint8_t *copy = malloc(len ? len : 1);
	if (!copy)
		return -1;
	for (size_t i = 0; i < len; i++)
		copy[i] = data[i];
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
	return 0;
}

int main(int argc, char **argv)
{
	int files = 0;
	DIR *d = argc == 2 ? opendir(argv[1]) : NULL;
	if (!d) {
		fprintf(stderr, "usage: %s CORPUS-FOLDER (with at least one file)\n", argv[0]);
		return 2;
	}
	for (struct dirent *e; (e = readdir(d));) {
		if (e->d_name[0] == '.')
			continue;
		if (run_file(argv[1], e->d_name)) {
			fprintf(stderr, "cannot read %s/%s\n", argv[1], e->d_name);
			return 1;
		}
		files++;
	}
	closedir(d);
	printf("%d inputs\n", files);
	return files ? 0 : 1;
}
