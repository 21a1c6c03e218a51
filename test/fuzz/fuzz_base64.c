/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 of Secrets, kubeconfigs and tokens: bytes come back as they were; a text is read within
 * its bound or refused. */
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "kube/base64.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	AUTO(buf_done) struct buf text = BUF_INIT(2 * len + 8), back = BUF_INIT(len + 1);
	AUTO(buf_done) struct buf out = BUF_INIT(len / 2 + 1);
	base64_encode(data, len, &text);
	must(base64_decode(buf_str(&text), text.len, &back) == RC_OK);
	must(back.len == len && (!len || !memcmp(back.data, data, len)));
	enum rc rc = base64_decode((const char *)data, len, &out);
	must(rc == RC_OK || rc == RC_MALFORMED || rc == RC_TOOBIG);
	return 0;
}
