/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/status_keys.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

static uint64_t key_of(struct intern *keys, const char *text)
{
	uint32_t id = intern_find(keys, text);
	return id ? id : intern_get(keys, text);
}

uint64_t status_key_job(struct intern *keys, const char *ns, const char *name)
{
	AUTO(buf_done) struct buf text = BUF_INIT(1024);
	buf_printf(&text, "j/%s/%s", ns, name);
	return key_of(keys, buf_str(&text));
}

uint64_t status_key_compute_node(struct intern *keys, const char *name)
{
	AUTO(buf_done) struct buf text = BUF_INIT(1024);
	buf_printf(&text, "n/%s", name);
	return key_of(keys, buf_str(&text));
}

bool status_key_split(const struct intern *keys, uint64_t key, char **own_text, const char **ret_ns,
		      const char **ret_name)
{
	*own_text = mem_strdup(intern_str(keys, (uint32_t)key));
	char *s = *own_text;
	bool is_job = s[0] == 'j';
	s += 2;
	*ret_ns = NULL;
	if (is_job) {
		char *slash = strchr(s, '/');
		must(slash);
		*slash = 0;
		*ret_ns = s;
		s = slash + 1;
	}
	*ret_name = s;
	return is_job;
}
