/* SPDX-License-Identifier: Apache-2.0 */
/* What a credential plug-in prints, whatever that is: what is taken is a token, a certificate with
 * its key, or both, and nothing is kept of the rest. */
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "kube/exec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct exec_credential c;
	if (len > EXEC_OUTPUT_MAX)
		return 0;
	if (exec_parse((const char *)data, len, &c)) {
		must((c.token && *c.token) || (c.cert && *c.cert));
		must((c.cert == NULL) == (c.key == NULL));
		must(!c.token || strlen(c.token) <= len);
	} else {
		must(!c.token && !c.cert && !c.key);
	}
	exec_credential_done(&c);
	return 0;
}
