/* SPDX-License-Identifier: Apache-2.0 */
/* A kubeconfig is YAML (JSON is YAML too): current-context names a context, which names a
 * cluster and a user. Each of the four may stand in another file of the list. The first file
 * that has an entry wins, and relative paths start from its folder. The code walks libyaml's
 * document trees; libyaml resolves aliases. */
#include "kube/kubeconfig.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/buf.h"
#include "base/mem.h"
#include "kube/base64.h"
#include "kube/exec.h"

enum { DATA_MAX = 1024 * 1024 };

struct doc {
	yaml_document_t yaml;
	const char *dir;
};

struct docs {
	struct doc v[KUBECONFIG_FILES_MAX];
	uint32_t n;
};

struct place { /* node is NULL if nothing was found */
	struct doc *d;
	yaml_node_t *node;
};

static yaml_node_t *get(struct doc *d, yaml_node_t *map, const char *key)
{
	if (!map || map->type != YAML_MAPPING_NODE)
		return NULL;
	for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top;
	     p++) {
		yaml_node_t *k = yaml_document_get_node(&d->yaml, p->key);
		if (k && k->type == YAML_SCALAR_NODE && str_eq((char *)k->data.scalar.value, key))
			return yaml_document_get_node(&d->yaml, p->value);
	}
	return NULL;
}

/* Returns NULL unless the value is a scalar that is not empty. */
static const char *text(struct doc *d, yaml_node_t *map, const char *key)
{
	yaml_node_t *n = get(d, map, key);
	if (!n || n->type != YAML_SCALAR_NODE || !n->data.scalar.length)
		return NULL;
	return (const char *)n->data.scalar.value;
}

/* Returns the inner map of the list's entry of that name: {name: N, <inner>: {…}}. */
static yaml_node_t *named_in(struct doc *d, const char *list, const char *inner, const char *name)
{
	yaml_node_t *l = get(d, yaml_document_get_root_node(&d->yaml), list);
	if (!l || l->type != YAML_SEQUENCE_NODE)
		return NULL;
	for (yaml_node_item_t *i = l->data.sequence.items.start; i < l->data.sequence.items.top;
	     i++) {
		yaml_node_t *o = yaml_document_get_node(&d->yaml, *i);
		if (str_eq(text(d, o, "name"), name))
			return get(d, o, inner);
	}
	return NULL;
}

static struct place named(struct docs *docs, const char *list, const char *inner, const char *name)
{
	for (uint32_t i = 0; name && i < docs->n; i++) {
		yaml_node_t *o = named_in(&docs->v[i], list, inner, name);
		if (o)
			return (struct place){&docs->v[i], o};
	}
	return (struct place){0};
}

/* Returns NULL if the text is not base64 or decodes to nothing. */
static char *decode_base64(const char *s)
{
	AUTO(buf_done) struct buf out = BUF_INIT(DATA_MAX);
	enum rc rc = base64_decode(s, strlen(s), &out);
	return rc == RC_OK && out.len ? buf_steal(&out) : NULL;
}

static char *full_path(struct doc *d, const char *path)
{
	AUTO(buf_done) struct buf b = BUF_INIT(8192);
	buf_printf(&b, path[0] == '/' ? "%.0s%s" : "%s/%s", d->dir, path);
	return buf_steal(&b);
}

/* Reads KEY-data, which is inline, or the file that KEY names. */
static enum rc data_or_file(struct doc *d, yaml_node_t *map, const char *key, char **ret,
			    struct err *e)
{
	AUTO(buf_done) struct buf data_key = BUF_INIT(100), file = BUF_INIT(DATA_MAX);
	buf_printf(&data_key, "%s-data", key);
	const char *inline_data = text(d, map, buf_str(&data_key)), *path = text(d, map, key);
	if (inline_data) {
		*ret = decode_base64(inline_data);
		return *ret ? RC_OK : err_set(e, RC_CONFIG, "%s-data is no base64", key);
	}
	if (!path)
		return RC_OK;
	AUTO(mem_freep) char *full = full_path(d, path);
	enum rc rc = file_read(full, &file, e);
	if (rc == RC_OK)
		*ret = buf_steal(&file);
	return rc;
}

static bool chosen(const char *s)
{
	return s && *s;
}

static char *copy(const char *s)
{
	return s ? mem_strdup(s) : NULL;
}

static enum rc take_cluster(struct doc *d, yaml_node_t *cluster, const struct kube_choice *choice,
			    struct kube_config *ret, struct err *e)
{
	const char *ca_file = text(d, cluster, "certificate-authority");
	ret->server = copy(chosen(choice->server) ? choice->server : text(d, cluster, "server"));
	if (!ret->server)
		return err_set(e, RC_CONFIG, "the context's cluster has no server");
	if (text(d, cluster, "proxy-url"))
		return err_set(e, RC_CONFIG,
			       "proxy-url is not supported: give a server that can "
			       "be reached without one");
	for (size_t len = strlen(ret->server); len && ret->server[len - 1] == '/'; len--)
		ret->server[len - 1] = 0;
	ret->server_name = copy(text(d, cluster, "tls-server-name"));
	ret->insecure = str_eq(text(d, cluster, "insecure-skip-tls-verify"), "true");
	if (ca_file && !text(d, cluster, "certificate-authority-data")) {
		ret->ca_file = full_path(d, ca_file);
		file_changed(ret->ca_file, &ret->ca_stamp);
	}
	enum rc rc = data_or_file(d, cluster, "certificate-authority", &ret->ca, e);
	if (rc == RC_OK && ret->insecure && ret->ca)
		return err_set(e, RC_CONFIG,
			       "certificate-authority and insecure-skip-tls-verify exclude each "
			       "other: remove one");
	return rc;
}

/* Refuses what is not supported, so that nobody works as another user than the kubeconfig says. */
static enum rc refuse_user(struct doc *d, yaml_node_t *user, struct err *e)
{
	static const char *const keys[] = {"auth-provider", "username",  "as",
					   "as-uid",        "as-groups", "as-user-extra"};
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (get(d, user, keys[i]))
			return err_set(e, RC_CONFIG,
				       "the user has \"%s\", which is not supported: use a token, "
				       "tokenFile or client certificate",
				       keys[i]);
	}
	return RC_OK;
}

static char *word(const char *a, const char *sep, const char *b)
{
	AUTO(buf_done) struct buf s = BUF_INIT(64 * 1024);
	buf_printf(&s, "%s%s%s", str_or_empty(a), sep, str_or_empty(b));
	return buf_steal(&s);
}

/* The input of the plug-in (client.authentication.k8s.io, ExecCredential); it cannot ask a user. */
static char *exec_info(struct doc *d, yaml_node_t *exec, const struct kube_config *c)
{
	AUTO(buf_done) struct buf s = BUF_INIT(2 * DATA_MAX);
	buf_puts(&s, "KUBERNETES_EXEC_INFO={\"kind\":\"ExecCredential\",\"apiVersion\":\"");
	buf_put_json(&s, str_or_empty(text(d, exec, "apiVersion")));
	buf_puts(&s, "\",\"spec\":{\"interactive\":false");
	if (str_eq(text(d, exec, "provideClusterInfo"), "true")) {
		buf_puts(&s, ",\"cluster\":{\"server\":\"");
		buf_put_json(&s, c->server);
		buf_puts(&s, "\",\"certificate-authority-data\":\"");
		base64_encode(str_or_empty(c->ca), strlen(str_or_empty(c->ca)), &s);
		buf_puts(&s, "\"}");
	}
	buf_puts(&s, "}}");
	return buf_steal(&s);
}

/* Appends the words of the list after the n that are there; with pairs, its maps as name=value.
 * False: too many. */
static bool add_words(struct doc *d, yaml_node_t *list, bool pairs, char **v, size_t n)
{
	if (!list || list->type != YAML_SEQUENCE_NODE)
		return true;
	for (yaml_node_item_t *i = list->data.sequence.items.start;
	     i < list->data.sequence.items.top; i++) {
		yaml_node_t *o = yaml_document_get_node(&d->yaml, *i);
		if (n == EXEC_WORDS_MAX)
			return false;
		if (pairs)
			v[n++] = word(text(d, o, "name"), "=", text(d, o, "value"));
		else if (o && o->type == YAML_SCALAR_NODE)
			v[n++] = mem_strdup((const char *)o->data.scalar.value);
	}
	return true;
}

static enum rc take_exec(struct doc *d, yaml_node_t *exec, struct kube_config *ret, struct err *e)
{
	const char *command = text(d, exec, "command");
	if (!command)
		return err_set(e, RC_CONFIG, "the user's exec has no command");
	struct exec_plugin *x = ret->exec = mem_zalloc(1, sizeof *x);
	/* A command with a slash is a path relative to the file's folder; others are looked up
	 * in $PATH. */
	x->argv[0] = strchr(command, '/') ? full_path(d, command) : mem_strdup(command);
	x->info = exec_info(d, exec, ret);
	if (!add_words(d, get(d, exec, "args"), false, x->argv, 1) ||
	    !add_words(d, get(d, exec, "env"), true, x->env, 0))
		return err_set(e, RC_CONFIG, "the user's exec has more than %d args or env",
			       EXEC_WORDS_MAX);
	return RC_OK;
}

static enum rc take_user(struct doc *d, yaml_node_t *user, const struct kube_choice *choice,
			 struct kube_config *ret, struct err *e)
{
	bool own_token = chosen(choice->token);
	const char *token_file = own_token ? NULL : text(d, user, "tokenFile");
	enum rc rc = refuse_user(d, user, e);
	if (rc != RC_OK)
		return rc;
	ret->token = copy(own_token ? choice->token : text(d, user, "token"));
	if (token_file) {
		ret->token_file = full_path(d, token_file);
		kube_config_refresh_token(ret, true);
	}
	if (token_file && !ret->token)
		return err_set(e, RC_CONFIG, "cannot read a token from tokenFile %s",
			       ret->token_file);
	/* A user with a token needs no plug-in (client-go uses exec only for users without other
	 * credentials). */
	if (get(d, user, "exec") && !ret->token)
		rc = take_exec(d, get(d, user, "exec"), ret, e);
	if (rc == RC_OK)
		rc = data_or_file(d, user, "client-certificate", &ret->cert, e);
	if (rc == RC_OK)
		rc = data_or_file(d, user, "client-key", &ret->key, e);
	if (rc == RC_OK && (ret->cert != NULL) != (ret->key != NULL))
		return err_set(e, RC_CONFIG, "client-certificate and client-key go together");
	return rc;
}

static const char *current_context(struct docs *docs)
{
	const char *name = NULL;
	for (uint32_t i = 0; !name && i < docs->n; i++)
		name = text(&docs->v[i], yaml_document_get_root_node(&docs->v[i].yaml),
			    "current-context");
	return name;
}

static enum rc walk(struct docs *docs, const struct kube_choice *choice, struct kube_config *ret,
		    struct err *e)
{
	bool asked = chosen(choice->context);
	const char *current = asked ? choice->context : current_context(docs);
	struct place context = named(docs, "contexts", "context", current);
	if (!current)
		return err_set(e, RC_CONFIG, "it has no current-context");
	if (!context.node)
		return err_set(e, RC_CONFIG, "%s \"%s\" is not among its contexts",
			       asked ? "context" : "current-context", current);
	const char *cluster_name = chosen(choice->cluster)
					   ? choice->cluster
					   : text(context.d, context.node, "cluster");
	struct place cluster = named(docs, "clusters", "cluster", cluster_name);
	const char *user_name =
		chosen(choice->user) ? choice->user : text(context.d, context.node, "user");
	struct place user = named(docs, "users", "user", user_name);
	if (!cluster.node && chosen(choice->cluster))
		return err_set(e, RC_CONFIG, "cluster \"%s\" is not among its clusters",
			       cluster_name);
	if (!cluster.node)
		return err_set(e, RC_CONFIG, "the cluster of context \"%s\" is missing", current);
	if (!user.node && chosen(choice->user))
		return err_set(e, RC_CONFIG, "user \"%s\" is not among its users", user_name);
	ret->ns = copy(text(context.d, context.node, "namespace"));
	enum rc rc = take_cluster(cluster.d, cluster.node, choice, ret, e);
	if (rc == RC_OK && user_name && !user.node)
		return err_set(e, RC_CONFIG, "the user of context \"%s\" is missing", current);
	if (rc == RC_OK && user.node)
		return take_user(user.d, user.node, choice, ret, e);
	if (rc == RC_OK && chosen(choice->token))
		ret->token = copy(choice->token);
	return rc;
}

static enum rc load(const struct kubeconfig_text *t, struct doc *ret, struct err *e)
{
	yaml_parser_t parser;
	enum rc rc = RC_OK;
	must(yaml_parser_initialize(&parser));
	yaml_parser_set_input_string(&parser, (const unsigned char *)t->yaml, t->len);
	if (!yaml_parser_load(&parser, &ret->yaml))
		rc = err_set(e, RC_CONFIG, "%s: line %zu: %s", t->path,
			     parser.problem_mark.line + 1, str_or_empty(parser.problem));
	ret->dir = t->dir;
	yaml_parser_delete(&parser);
	return rc;
}

enum rc kubeconfig_parse(const struct kubeconfig_text *v, uint32_t n,
			 const struct kube_choice *choice, struct kube_config *ret, struct err *e)
{
	static const struct kube_choice nothing;
	struct docs docs = {.n = 0};
	enum rc rc = RC_OK;
	must(n <= KUBECONFIG_FILES_MAX);
	for (uint32_t i = 0; i < n && rc == RC_OK; i++) {
		rc = load(&v[i], &docs.v[docs.n], e);
		docs.n += rc == RC_OK;
	}
	if (rc == RC_OK)
		rc = walk(&docs, choice ? choice : &nothing, ret, e);
	for (uint32_t i = 0; i < docs.n; i++)
		yaml_document_delete(&docs.v[i].yaml);
	return rc;
}
