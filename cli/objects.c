/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/objects.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/yaml_out.h"
#include "kube/js.h"

enum rc format_of(const struct session *s, enum format *ret, struct err *e)
{
	static const char *const names[] = {[FORMAT_TABLE] = "table",
					    [FORMAT_WIDE] = "wide",
					    [FORMAT_JSON] = "json",
					    [FORMAT_YAML] = "yaml",
					    [FORMAT_NAME] = "name"};
	const char *word = session_flag(s, FLAG_OUTPUT);
	*ret = FORMAT_TABLE;
	for (uint32_t i = FORMAT_WIDE; word && i < ARRAY_LEN(names); i++) {
		if (!strcmp(word, names[i]))
			*ret = (enum format)i;
	}
	if (word && *ret == FORMAT_TABLE)
		return err_set(e, RC_BADREQUEST,
			       "-o %.50s is unknown; write -o json, yaml, name or wide", word);
	return RC_OK;
}

/* Lines behind the first are indented by so many blanks: a JSON text has newlines only between
 * values. */
static void put_json(struct buf *out, const json_t *o, int indent)
{
	char *text = json_dumps(o, JSON_INDENT(4) | JSON_REAL_PRECISION(15));
	must(text);
	for (const char *p = text; *p;) {
		size_t n = strcspn(p, "\n");
		buf_put(out, p, n);
		p += n;
		if (*p++ != '\n')
			break;
		buf_printf(out, "\n%*s", indent, "");
	}
	free(text);
}

static void put_name(struct buf *out, const char *name, const json_t *o)
{
	buf_printf(out, "%s/%s\n", name,
		   str_or_empty(js_str(json_object_get(o, "metadata"), "name")));
}

static void drop_managed_fields(json_t *o)
{
	json_object_del(json_object_get(o, "metadata"), "managedFields");
}

void object_print(struct session *s, enum format f, const char *name, json_t *o)
{
	struct buf *out = &s->out.b;
	drop_managed_fields(o);
	if (f == FORMAT_NAME) {
		put_name(out, name, o);
	} else if (f == FORMAT_YAML) {
		yaml_put(out, o, 0);
	} else {
		put_json(out, o, 0);
		buf_putc(out, '\n');
	}
	out_spill(&s->out);
}

void objects_begin(struct objects *l, struct session *s, enum format f, const char *name)
{
	*l = (struct objects){.session = s, .format = f, .name = name};
	if (f == FORMAT_JSON)
		buf_puts(&s->out.b, "{\n    \"apiVersion\": \"v1\",\n    \"kind\": \"List\",\n    "
				    "\"items\": [");
	else if (f == FORMAT_YAML)
		buf_puts(&s->out.b, "apiVersion: v1\nkind: List\nitems:");
}

bool objects_add(struct objects *l, json_t *o)
{
	struct buf *out = &l->session->out.b;
	drop_managed_fields(o);
	if (l->format == FORMAT_JSON) {
		buf_puts(out, l->n ? ",\n        " : "\n        ");
		put_json(out, o, 8);
	} else if (l->format == FORMAT_YAML) {
		AUTO(js_freep) json_t *one = json_array();
		json_array_append(one, o);
		buf_puts(out, l->n ? "" : "\n");
		yaml_put(out, one, 0);
	} else {
		put_name(out, l->name, o);
	}
	l->n++;
	return out_spill(&l->session->out);
}

void objects_end(struct objects *l)
{
	struct buf *out = &l->session->out.b;
	if (l->format == FORMAT_JSON)
		buf_puts(out, l->n ? "\n    ]\n}\n" : "]\n}\n");
	else if (l->format == FORMAT_YAML && !l->n)
		buf_puts(out, " []\n");
}

const char *job_word(const char *word)
{
	static const char *const types[] = {"computejob.muster.dev/", "computejobs.muster.dev/",
					    "computejob/", "computejobs/", "cjob/"};
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		size_t n = strlen(types[i]);
		if (!strncmp(word, types[i], n))
			return word + n;
	}
	return word;
}
