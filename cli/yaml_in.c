/* SPDX-License-Identifier: Apache-2.0 */
/* libyaml reads the text (the library is there for kubeconfigs); what its plain words mean is said
 * here, as YAML 1.1 does and sigs.k8s.io/yaml with it. */
#include "cli/yaml_in.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/mem.h"

enum { DEPTH_MAX = 64, VALUES_MAX = 100000 };

struct reader {
	yaml_document_t *doc;
	uint32_t values;
	struct err *e;
};

static enum rc wrong(const struct reader *r, const yaml_node_t *n, const char *what,
		     const char *word)
{
	return err_set(r->e, RC_BADREQUEST, "line %zu: %s%.100s", n->start_mark.line + 1, what,
		       word);
}

static json_t *word_value(const char *s)
{
	static const char *const truths[] = {"true", "True", "TRUE", "yes", "Yes",
					     "YES",  "on",   "On",   "ON"};
	static const char *const lies[] = {"false", "False", "FALSE", "no", "No",
					   "NO",    "off",   "Off",   "OFF"};
	static const char *const nothings[] = {"", "~", "null", "Null", "NULL"};
	for (size_t i = 0; i < ARRAY_LEN(truths); i++) {
		if (!strcmp(s, truths[i]) || !strcmp(s, lies[i]))
			return json_boolean(!strcmp(s, truths[i]));
	}
	for (size_t i = 0; i < ARRAY_LEN(nothings); i++) {
		if (!strcmp(s, nothings[i]))
			return json_null();
	}
	return NULL;
}

/* Decimal, 0x…, 0o… and 0… as octal; NULL: it is none, or does not fit. */
static json_t *integer_value(const char *s)
{
	bool minus = *s == '-';
	const char *p = s + (*s == '-' || *s == '+');
	uint32_t base = 10;
	if (p[0] == '0' && p[1]) {
		base = p[1] == 'x' ? 16 : 8;
		p += p[1] == 'x' || p[1] == 'o' ? 2 : 1;
	}
	int64_t v = 0;
	if (!*p)
		return NULL;
	for (; *p; p++) {
		char c = (char)tolower((unsigned char)*p);
		uint32_t digit = isdigit((unsigned char)c) ? (uint32_t)(c - '0')
				 : c >= 'a' && c <= 'f'    ? (uint32_t)(c - 'a' + 10)
							   : base;
		if (digit >= base || __builtin_mul_overflow(v, (int64_t)base, &v) ||
		    __builtin_add_overflow(v, (int64_t)digit, &v))
			return NULL;
	}
	return json_integer(minus ? -v : v);
}

/* A number with a point or an exponent: strtod alone would take more ("nan", "0x1p3"). */
static json_t *real_value(const char *s)
{
	char *end;
	if (strspn(s, "+-.0123456789eE") != strlen(s) || !strpbrk(s, "0123456789"))
		return NULL;
	errno = 0;
	double v = strtod(s, &end);
	return *end || errno || !isfinite(v) ? NULL : json_real(v);
}

/* Kubernetes has no use for it, and in C a text ends there. */
static bool has_nul(const yaml_node_t *n)
{
	return strlen((const char *)n->data.scalar.value) != n->data.scalar.length;
}

static enum rc scalar(struct reader *r, const yaml_node_t *n, json_t **ret)
{
	const char *s = (const char *)n->data.scalar.value;
	size_t len = n->data.scalar.length;
	json_t *v = NULL;
	if (has_nul(n))
		return wrong(r, n, "a text has a NUL character (\\0); take it out", "");
	if (n->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
		v = word_value(s);
		v = v ? v : integer_value(s);
		v = v ? v : real_value(s);
	}
	*ret = v ? v : json_stringn(s, len);
	return *ret ? RC_OK : wrong(r, n, "it is no text", "");
}

static enum rc value(struct reader *r, const yaml_node_t *n, int depth, json_t **ret);

static enum rc list(struct reader *r, const yaml_node_t *n, int depth, json_t *ret)
{
	for (yaml_node_item_t *i = n->data.sequence.items.start; i < n->data.sequence.items.top;
	     i++) {
		json_t *v = NULL;
		enum rc rc = value(r, yaml_document_get_node(r->doc, *i), depth, &v);
		if (rc != RC_OK)
			return rc;
		json_array_append_new(ret, v);
	}
	return RC_OK;
}

static enum rc entry(struct reader *r, const yaml_node_pair_t *p, int depth, json_t *ret)
{
	const yaml_node_t *k = yaml_document_get_node(r->doc, p->key);
	const char *key = (const char *)k->data.scalar.value;
	json_t *v = NULL;
	if (k->type != YAML_SCALAR_NODE)
		return wrong(r, k, "a key is a word", "");
	if (has_nul(k))
		return wrong(r, k, "a key has a NUL character (\\0); take it out", "");
	if (!strcmp(key, "<<"))
		return wrong(r, k, "merge keys (<<) are not taken; write the fields out", "");
	if (json_object_get(ret, key))
		return wrong(r, k, "this key is there twice: ", key);
	enum rc rc = value(r, yaml_document_get_node(r->doc, p->value), depth, &v);
	if (rc == RC_OK && json_object_set_new(ret, key, v) != 0)
		rc = wrong(r, k, "this key is no text", "");
	return rc;
}

static enum rc map(struct reader *r, const yaml_node_t *n, int depth, json_t *ret)
{
	for (yaml_node_pair_t *p = n->data.mapping.pairs.start; p < n->data.mapping.pairs.top;
	     p++) {
		enum rc rc = entry(r, p, depth, ret);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

/* *ret is owned by the caller if RC_OK. */
static enum rc value(struct reader *r, const yaml_node_t *n, int depth, json_t **ret)
{
	if (depth == DEPTH_MAX || r->values++ == VALUES_MAX)
		return wrong(r, n, "too many levels or values from here on", "");
	if (n->type == YAML_SCALAR_NODE)
		return scalar(r, n, ret);
	bool is_map = n->type == YAML_MAPPING_NODE;
	json_t *v = is_map ? json_object() : json_array();
	enum rc rc = is_map ? map(r, n, depth + 1, v) : list(r, n, depth + 1, v);
	if (rc == RC_OK)
		*ret = v;
	else
		json_decref(v);
	return rc;
}

static enum rc document(yaml_document_t *doc, json_t *docs, json_t *lines, struct err *e)
{
	struct reader r = {.doc = doc, .e = e};
	const yaml_node_t *root = yaml_document_get_root_node(doc);
	json_t *v = NULL;
	enum rc rc = value(&r, root, 0, &v);
	if (rc != RC_OK)
		return rc;
	if (json_is_null(v))
		return RC_OK;
	json_array_append_new(docs, v);
	json_array_append_new(lines, json_integer((json_int_t)root->start_mark.line + 1));
	return RC_OK;
}

static enum rc documents(yaml_parser_t *p, json_t *docs, json_t *lines, struct err *e)
{
	for (;;) {
		yaml_document_t doc;
		if (!yaml_parser_load(p, &doc))
			return err_set(e, RC_BADREQUEST, "line %zu: %.200s; correct the YAML",
				       p->problem_mark.line + 1, str_or_empty(p->problem));
		bool end = yaml_document_get_root_node(&doc) == NULL;
		enum rc rc = end ? RC_OK : document(&doc, docs, lines, e);
		yaml_document_delete(&doc);
		if (end || rc != RC_OK)
			return rc;
	}
}

enum rc yaml_read(const char *text, size_t len, json_t **ret_docs, json_t **ret_lines,
		  struct err *e)
{
	yaml_parser_t p;
	json_t *docs = json_array(), *lines = json_array();
	must(yaml_parser_initialize(&p));
	yaml_parser_set_input_string(&p, (const unsigned char *)text, len);
	enum rc rc = documents(&p, docs, lines, e);
	yaml_parser_delete(&p);
	*ret_docs = docs;
	*ret_lines = lines;
	return rc;
}
