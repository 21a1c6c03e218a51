/* SPDX-License-Identifier: Apache-2.0 */
/* A kubeconfig is YAML (or JSON, which is YAML too): current-context names a context, which names a
 * cluster and a user. libyaml's document tree is walked; aliases are resolved by it. */
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/buf.h"
#include "base/mem.h"
#include "kube/config.h"

enum { DATA_MAX = 1024 * 1024 };

struct doc {
	yaml_document_t *yaml;
	const char *dir;
};

static yaml_node_t *get(const struct doc *d, yaml_node_t *map, const char *key)
{
	if (!map || map->type != YAML_MAPPING_NODE)
		return NULL;
	for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top;
	     p++) {
		yaml_node_t *k = yaml_document_get_node(d->yaml, p->key);
		if (k && k->type == YAML_SCALAR_NODE && str_eq((char *)k->data.scalar.value, key))
			return yaml_document_get_node(d->yaml, p->value);
	}
	return NULL;
}

/* NULL unless it is a scalar that says something. */
static const char *text(const struct doc *d, yaml_node_t *map, const char *key)
{
	yaml_node_t *n = get(d, map, key);
	if (!n || n->type != YAML_SCALAR_NODE || !n->data.scalar.length)
		return NULL;
	return (const char *)n->data.scalar.value;
}

/* The inner map of the list's entry of that name: {name: N, <inner>: {…}}. */
static yaml_node_t *named(const struct doc *d, yaml_node_t *root, const char *list,
			  const char *inner, const char *name)
{
	yaml_node_t *l = get(d, root, list);
	if (!l || l->type != YAML_SEQUENCE_NODE || !name)
		return NULL;
	for (yaml_node_item_t *i = l->data.sequence.items.start; i < l->data.sequence.items.top;
	     i++) {
		yaml_node_t *o = yaml_document_get_node(d->yaml, *i);
		if (str_eq(text(d, o, "name"), name))
			return get(d, o, inner);
	}
	return NULL;
}

static char *decode_base64(const char *s)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	AUTO(buf_done) struct buf out = BUF_INIT(DATA_MAX);
	uint32_t bits = 0, have = 0;
	for (; *s && *s != '='; s++) {
		const char *p = strchr(digits, *s);
		if (!p)
			continue;
		bits = bits << 6 | (uint32_t)(p - digits);
		have += 6;
		if (have >= 8) {
			have -= 8;
			buf_putc(&out, (char)(bits >> have));
		}
	}
	return buf_steal(&out);
}

static char *full_path(const struct doc *d, const char *path)
{
	AUTO(buf_done) struct buf b = BUF_INIT(8192);
	buf_printf(&b, path[0] == '/' ? "%.0s%s" : "%s/%s", d->dir, path);
	return buf_steal(&b);
}

/* KEY-data inline, or the file that KEY names. */
static enum rc data_or_file(const struct doc *d, yaml_node_t *map, const char *key, char **ret,
			    struct err *e)
{
	AUTO(buf_done) struct buf data_key = BUF_INIT(100), file = BUF_INIT(DATA_MAX);
	buf_printf(&data_key, "%s-data", key);
	const char *inline_data = text(d, map, buf_str(&data_key)), *path = text(d, map, key);
	if (inline_data) {
		*ret = decode_base64(inline_data);
		return RC_OK;
	}
	if (!path)
		return RC_OK;
	AUTO(mem_freep) char *full = full_path(d, path);
	enum rc rc = file_read(full, &file, e);
	if (rc == RC_OK)
		*ret = buf_steal(&file);
	return rc;
}

static char *copy(const char *s)
{
	return s ? mem_strdup(s) : NULL;
}

static enum rc take_cluster(const struct doc *d, yaml_node_t *cluster, struct kube_config *ret,
			    struct err *e)
{
	ret->server = copy(text(d, cluster, "server"));
	if (!ret->server)
		return err_set(e, RC_CONFIG, "the context's cluster has no server");
	size_t len = strlen(ret->server);
	if (ret->server[len - 1] == '/')
		ret->server[len - 1] = 0;
	ret->server_name = copy(text(d, cluster, "tls-server-name"));
	ret->insecure = str_eq(text(d, cluster, "insecure-skip-tls-verify"), "true");
	return data_or_file(d, cluster, "certificate-authority", &ret->ca, e);
}

static enum rc take_user(const struct doc *d, yaml_node_t *user, struct kube_config *ret,
			 struct err *e)
{
	if (get(d, user, "exec") || get(d, user, "auth-provider"))
		return err_set(e, RC_CONFIG,
			       "the user logs in by a plug-in, which is not supported here: use a "
			       "token, tokenFile or client certificate");
	ret->token = copy(text(d, user, "token"));
	const char *token_file = text(d, user, "tokenFile");
	if (token_file) {
		ret->token_file = full_path(d, token_file);
		kube_config_refresh_token(ret, true);
	}
	enum rc rc = data_or_file(d, user, "client-certificate", &ret->cert, e);
	if (rc == RC_OK)
		rc = data_or_file(d, user, "client-key", &ret->key, e);
	if (rc == RC_OK && (ret->cert != NULL) != (ret->key != NULL))
		return err_set(e, RC_CONFIG, "client-certificate and client-key go together");
	return rc;
}

static enum rc walk(const struct doc *d, struct kube_config *ret, struct err *e)
{
	yaml_node_t *root = yaml_document_get_root_node(d->yaml);
	const char *current = text(d, root, "current-context");
	yaml_node_t *context = named(d, root, "contexts", "context", current);
	if (!current)
		return err_set(e, RC_CONFIG, "it has no current-context");
	if (!context)
		return err_set(e, RC_CONFIG, "current-context \"%s\" is not among its contexts",
			       current);
	yaml_node_t *cluster = named(d, root, "clusters", "cluster", text(d, context, "cluster"));
	yaml_node_t *user = named(d, root, "users", "user", text(d, context, "user"));
	if (!cluster)
		return err_set(e, RC_CONFIG, "the cluster of context \"%s\" is missing", current);
	ret->ns = copy(text(d, context, "namespace"));
	enum rc rc = take_cluster(d, cluster, ret, e);
	return rc == RC_OK && user ? take_user(d, user, ret, e) : rc;
}

enum rc kubeconfig_parse(const char *yaml, size_t len, const char *dir, struct kube_config *ret,
			 struct err *e)
{
	yaml_parser_t parser;
	yaml_document_t document;
	must(yaml_parser_initialize(&parser));
	yaml_parser_set_input_string(&parser, (const unsigned char *)yaml, len);
	enum rc rc = RC_CONFIG;
	if (!yaml_parser_load(&parser, &document)) {
		err_set(e, rc, "line %zu: %s", parser.problem_mark.line + 1,
			str_or_empty(parser.problem));
	} else {
		struct doc d = {&document, dir};
		rc = walk(&d, ret, e);
		yaml_document_delete(&document);
	}
	yaml_parser_delete(&parser);
	return rc;
}
