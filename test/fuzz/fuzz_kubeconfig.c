/* SPDX-License-Identifier: Apache-2.0 */
/* kubeconfigs from anywhere, as two files at a NUL: no crash, and what is accepted is whole. */
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "kube/kubeconfig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	/* Files of this machine are not to be read: some never end. */
	if (memmem(data, len, "/dev", 4) || memmem(data, len, "/proc", 5) ||
	    memmem(data, len, "/sys", 4))
		return 0;
	const uint8_t *nul = memchr(data, 0, len);
	size_t first = nul ? (size_t)(nul - data) : len;
	size_t second = nul ? len - first - 1 : 0;
	AUTO(mem_freep) char *a = mem_strndup((const char *)data, first);
	AUTO(mem_freep) char *b = mem_strndup(nul ? (const char *)nul + 1 : "", second);
	struct kubeconfig_text v[] = {{a, first, "a", "/nowhere"},
				      {b, strlen(b), "b", "/nowhere/else"}};
	struct kube_config c = {0};
	struct err e = {""};
	if (kubeconfig_parse(v, nul ? 2 : 1, NULL, &c, &e) == RC_OK) {
		must(c.server);
		must((c.cert == NULL) == (c.key == NULL));
	} else {
		must(e.msg[0]);
	}
	kube_config_done(&c);
	return 0;
}
