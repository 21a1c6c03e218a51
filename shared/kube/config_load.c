/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/config_load.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "kube/kubeconfig.h"

#define ACCOUNT_DIR "/var/run/secrets/kubernetes.io/serviceaccount"

enum { KUBECONFIG_MAX = 4 * 1024 * 1024 };

static enum rc in_cluster(struct kube_config *ret, struct err *e)
{
	const char *host = getenv("KUBERNETES_SERVICE_HOST"),
		   *port = getenv("KUBERNETES_SERVICE_PORT");
	AUTO(buf_done)
	struct buf url = BUF_INIT(1024), ca = BUF_INIT(KUBE_CA_MAX), ns = BUF_INIT(512);
	buf_printf(&url, strchr(host, ':') ? "https://[%s]:%s" : "https://%s:%s", host, port);
	enum rc rc = file_read(ACCOUNT_DIR "/ca.crt", &ca, e);
	if (rc != RC_OK)
		return err_wrap(e, RC_CONFIG, "this pod has no ServiceAccount files");
	ret->server = buf_steal(&url);
	ret->ca = buf_steal(&ca);
	ret->ca_file = mem_strdup(ACCOUNT_DIR "/ca.crt");
	file_changed(ret->ca_file, &ret->ca_stamp);
	ret->token_file = mem_strdup(ACCOUNT_DIR "/token");
	kube_config_refresh_token(ret, true);
	if (!ret->token)
		return err_set(e, RC_CONFIG, "cannot read the token %s", ret->token_file);
	if (file_read(ACCOUNT_DIR "/namespace", &ns, NULL) == RC_OK && ns.len)
		ret->ns = buf_steal(&ns);
	return RC_OK;
}

/* The contents of a list of files, and the folders of the files. */
struct files {
	struct kubeconfig_text v[KUBECONFIG_FILES_MAX];
	char *yaml[KUBECONFIG_FILES_MAX], *path[KUBECONFIG_FILES_MAX], *dir[KUBECONFIG_FILES_MAX];
	uint32_t n;
};

static void files_done(struct files *f)
{
	for (uint32_t i = 0; i < f->n; i++) {
		explicit_bzero(f->yaml[i], f->v[i].len); /* keys */
		free(f->yaml[i]);
		free(f->path[i]);
		free(f->dir[i]);
	}
}

static enum rc files_add(struct files *f, const char *path, size_t path_len, struct err *e)
{
	AUTO(buf_done) struct buf text = BUF_INIT(KUBECONFIG_MAX);
	AUTO(mem_freep) char *p = mem_strndup(path, path_len);
	enum rc rc = file_read(p, &text, e);
	if (rc != RC_OK)
		return rc;
	if (f->n == KUBECONFIG_FILES_MAX)
		return err_set(e, RC_TOOBIG, "more than %d files", KUBECONFIG_FILES_MAX);
	uint32_t i = f->n++;
	const char *slash = strrchr(p, '/');
	f->v[i].len = text.len;
	f->v[i].yaml = f->yaml[i] = text.len ? buf_steal(&text) : mem_strdup("");
	f->v[i].dir = f->dir[i] = slash ? mem_strndup(p, (size_t)(slash - p)) : mem_strdup(".");
	f->v[i].path = f->path[i] = STEAL(p);
	return RC_OK;
}

static enum rc load_file(const char *path, const struct kube_choice *choice,
			 struct kube_config *ret, struct err *e)
{
	AUTO(files_done) struct files f = {.n = 0};
	enum rc rc = files_add(&f, path, strlen(path), e);
	if (rc == RC_OK)
		rc = kubeconfig_parse(f.v, f.n, choice, ret, e);
	return rc == RC_OK ? RC_OK : err_wrap(e, RC_CONFIG, "kubeconfig %s", path);
}

/* Files of the list that do not exist are skipped, as kubectl does. */
static enum rc load_list(const char *list, const struct kube_choice *choice,
			 struct kube_config *ret, struct err *e)
{
	AUTO(files_done) struct files f = {.n = 0};
	for (const char *p = list; *p;) {
		size_t len = strcspn(p, ":");
		enum rc rc = len ? files_add(&f, p, len, e) : RC_OK;
		if (rc != RC_OK && rc != RC_NOTFOUND)
			return err_wrap(e, RC_CONFIG, "$KUBECONFIG");
		p += len + (p[len] == ':');
	}
	if (!f.n)
		return err_set(e, RC_CONFIG, "$KUBECONFIG (%s) names no file that exists", list);
	enum rc rc = kubeconfig_parse(f.v, f.n, choice, ret, e);
	return rc == RC_OK ? RC_OK : err_wrap(e, rc, "$KUBECONFIG (%s)", list);
}

static enum rc load_home(const struct kube_choice *choice, struct kube_config *ret, struct err *e)
{
	AUTO(buf_done) struct buf path = BUF_INIT(4096);
	const char *home = getenv("HOME");
	if (!home)
		return err_set(
			e, RC_CONFIG,
			"no API server: give --kubeconfig, or run in a pod with a ServiceAccount");
	buf_printf(&path, "%s/.kube/config", home);
	enum rc rc = load_file(buf_str(&path), choice, ret, e);
	return rc == RC_OK ? rc : err_wrap(e, rc, "no --kubeconfig, no $KUBECONFIG, not in a pod");
}

static bool in_pod(void)
{
	return getenv("KUBERNETES_SERVICE_HOST") && getenv("KUBERNETES_SERVICE_PORT");
}

/* The end of both ways to load. */
static enum rc loaded(enum rc rc, struct kube_config *c, struct err *e)
{
	if (rc == RC_OK)
		rc = kube_config_first_credential(c, e);
	if (rc != RC_OK)
		kube_config_done(c);
	return rc;
}

enum rc kube_config_load(const char *kubeconfig, struct kube_config *ret, struct err *e)
{
	const char *env = getenv("KUBECONFIG");
	enum rc rc;
	*ret = (struct kube_config){0};
	if (kubeconfig && *kubeconfig)
		rc = load_file(kubeconfig, NULL, ret, e);
	else if (in_pod())
		rc = in_cluster(ret, e);
	else if (env && *env)
		rc = load_list(env, NULL, ret, e);
	else
		rc = load_home(NULL, ret, e);
	return loaded(rc, ret, e);
}

static bool home_has_config(void)
{
	AUTO(buf_done) struct buf path = BUF_INIT(4096);
	buf_printf(&path, "%s/.kube/config", str_or_empty(getenv("HOME")));
	return getenv("HOME") && access(buf_str(&path), F_OK) == 0;
}

/* True if something is chosen that only a kubeconfig has. */
static bool chosen(const struct kube_choice *c)
{
	const char *const v[] = {c->context, c->cluster, c->user, c->server, c->token};
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		if (v[i] && *v[i])
			return true;
	}
	return false;
}

enum rc kube_config_load_chosen(const struct kube_choice *choice, struct kube_config *ret,
				struct err *e)
{
	const char *env = getenv("KUBECONFIG");
	enum rc rc;
	*ret = (struct kube_config){0};
	if (choice->kubeconfig && *choice->kubeconfig)
		rc = load_file(choice->kubeconfig, choice, ret, e);
	else if (env && *env)
		rc = load_list(env, choice, ret, e);
	else if (in_pod() && !chosen(choice) && !home_has_config())
		rc = in_cluster(ret, e);
	else
		rc = load_home(choice, ret, e);
	return loaded(rc, ret, e);
}
