/* SPDX-License-Identifier: Apache-2.0 */
/* YAML that people write: no crash; what is read and written again is the same, but that
 * 1.0 is written as 1. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "cli/yaml_in.h"
#include "cli/yaml_out.h"
#include "kube/js.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static bool same(const json_t *a, json_t *b)
{
	const char *key;
	json_t *v;
	size_t i;
	if (json_is_number(a) && json_is_number(b))
		return json_number_value(a) == json_number_value(b);
	if (json_object_size(a) != json_object_size(b) || json_array_size(a) != json_array_size(b))
		return false;
	json_object_foreach(b, key, v)
	{
		if (!same(json_object_get(a, key), v))
			return false;
	}
	json_array_foreach(b, i, v)
	{
		if (!same(json_array_get(a, i), v))
			return false;
	}
	return json_object_size(b) || json_array_size(b) || json_equal(a, b);
}

static void again(json_t *o)
{
	AUTO(buf_done) struct buf text = BUF_INIT(64 * 1024 * 1024);
	AUTO(js_freep) json_t *docs = NULL;
	AUTO(js_freep) json_t *lines = NULL;
	struct err e = {""};
	yaml_put(&text, o, 0);
	must(yaml_read(buf_str(&text), text.len, &docs, &lines, &e) == RC_OK);
	must(json_array_size(docs) == 1);
	must(same(json_array_get(docs, 0), o));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	AUTO(js_freep) json_t *docs = NULL;
	AUTO(js_freep) json_t *lines = NULL;
	struct err e = {""};
	enum rc rc = yaml_read((const char *)data, len, &docs, &lines, &e);
	must(rc == RC_OK || (rc == RC_BADREQUEST && e.msg[0]));
	must(rc != RC_OK || json_array_size(docs) == json_array_size(lines));
	for (size_t i = 0; rc == RC_OK && len < 4096 && i < json_array_size(docs); i++)
		again(json_array_get(docs, i));
	return 0;
}
