/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kube/js.h"
#include "os/clock.h"

extern char **environ;

struct exec_renewal {
	const struct exec_plugin *plugin;
	pthread_t thread;
	struct exec_credential credential;
	enum rc rc;
	atomic_bool ended;
};

void exec_credential_done(struct exec_credential *c)
{
	if (c->token)
		explicit_bzero(c->token, strlen(c->token));
	if (c->key)
		explicit_bzero(c->key, strlen(c->key));
	free(c->token);
	free(c->cert);
	free(c->key);
	*c = (struct exec_credential){0};
}

/* ---- the program ---- */

/* Joins our environment and the plug-in's. Ours lacks the names that the plug-in sets, since
 * most programs take the last of two values. The caller frees the array, not the strings. */
static char **environment(const struct exec_plugin *x)
{
	size_t n = 0, ours = 0;
	while (environ[ours])
		ours++;
	char **env = mem_zalloc(ours + EXEC_WORDS_MAX + 2, sizeof *env);
	for (size_t i = 0; i < ours; i++) {
		size_t name = strcspn(environ[i], "=") + 1;
		bool taken = !strncmp(environ[i], x->info, name);
		for (size_t j = 0; x->env[j] && !taken; j++)
			taken = !strncmp(environ[i], x->env[j], name);
		if (!taken)
			env[n++] = environ[i];
	}
	for (size_t j = 0; x->env[j]; j++)
		env[n++] = x->env[j];
	env[n] = x->info;
	return env;
}

/* Our programs block and ignore signals; a plug-in starts with the defaults. */
static void usual_signals(posix_spawnattr_t *attr)
{
	sigset_t none, all;
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(attr);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &all);
	posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/* Returns 0 or an errno. */
static int spawn(const struct exec_plugin *x, int out, pid_t *ret)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	char **env = environment(x);
	usual_signals(&attr);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, 1);
	int failed = posix_spawnp(ret, x->argv[0], &files, &attr, x->argv, env);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	free(env);
	return failed;
}

/* Reads all that the plug-in prints. False: it is too slow, or prints too much. */
static bool read_all(int fd, struct buf *out)
{
	int64_t end = clock_mono_ms() + EXEC_WAIT_MS;
	char chunk[4096];
	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int64_t left = end - clock_mono_ms();
		if (left <= 0)
			return false;
		if (poll(&p, 1, (int)left) <= 0)
			continue;
		ssize_t n = read(fd, chunk, sizeof chunk);
		if (n == 0)
			return true;
		if (n > 0)
			buf_put(out, chunk, (size_t)n);
		else if (errno != EINTR)
			return false;
		if (buf_rc(out) != RC_OK)
			return false;
	}
}

static enum rc run(const struct exec_plugin *x, struct buf *out, struct err *e)
{
	int ends[2], status = 0;
	pid_t pid;
	if (pipe2(ends, O_CLOEXEC))
		return err_errno(e, RC_CONFIG, "cannot make a pipe");
	errno = spawn(x, ends[1], &pid);
	close(ends[1]);
	if (errno) {
		close(ends[0]);
		return err_errno(e, RC_CONFIG, "cannot run the credential plug-in %s", x->argv[0]);
	}
	bool whole = read_all(ends[0], out);
	close(ends[0]);
	if (!whole)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!whole)
		return err_set(e, RC_CONFIG,
			       "the credential plug-in %s took more than %d s or "
			       "printed more than %d bytes",
			       x->argv[0], EXEC_WAIT_MS / 1000, EXEC_OUTPUT_MAX);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return err_set(e, RC_CONFIG,
			       "the credential plug-in %s failed (status %d); run it "
			       "by hand to see why",
			       x->argv[0], WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	return RC_OK;
}

/* ---- what it prints ---- */

static char *copy(const char *s)
{
	return s && *s ? mem_strdup(s) : NULL;
}

bool exec_parse(const char *text, size_t len, struct exec_credential *ret)
{
	AUTO(js_freep) json_t *o = js_load(text, len, NULL);
	const json_t *status = json_object_get(o, "status");
	*ret = (struct exec_credential){0};
	ret->token = copy(js_str(status, "token"));
	ret->cert = copy(js_str(status, "clientCertificateData"));
	ret->key = copy(js_str(status, "clientKeyData"));
	ret->expires_ms = js_time(status, "expirationTimestamp");
	if ((ret->cert != NULL) == (ret->key != NULL) && (ret->token || ret->cert))
		return true;
	exec_credential_done(ret);
	return false;
}

enum rc exec_run(const struct exec_plugin *x, struct exec_credential *ret, struct err *e)
{
	AUTO(buf_done) struct buf out = BUF_INIT(EXEC_OUTPUT_MAX);
	*ret = (struct exec_credential){0};
	enum rc rc = run(x, &out, e);
	if (rc != RC_OK)
		return rc;
	bool whole = exec_parse(buf_str(&out), out.len, ret);
	if (out.data)
		explicit_bzero(out.data, out.len);
	if (whole)
		return RC_OK;
	return err_set(e, RC_CONFIG,
		       "the credential plug-in %s printed no ExecCredential with a "
		       "token or a certificate and its key",
		       x->argv[0]);
}

/* ---- again, beside the loop ---- */

static void *renew(void *self)
{
	struct exec_renewal *r = self;
	r->rc = exec_run(r->plugin, &r->credential, NULL);
	atomic_store(&r->ended, true);
	return NULL;
}

void exec_renew(struct exec_plugin *x)
{
	if (x->renewal)
		return;
	struct exec_renewal *r = mem_zalloc(1, sizeof *r);
	r->plugin = x;
	if (pthread_create(&r->thread, NULL, renew, r)) {
		free(r);
		return;
	}
	x->renewal = r;
}

bool exec_renewed(struct exec_plugin *x, struct exec_credential *ret)
{
	struct exec_renewal *r = x->renewal;
	if (!r || !atomic_load(&r->ended))
		return false;
	pthread_join(r->thread, NULL);
	bool good = r->rc == RC_OK;
	*ret = r->credential;
	free(r);
	x->renewal = NULL;
	return good;
}

struct exec_plugin *exec_free(struct exec_plugin *x)
{
	if (!x)
		return NULL;
	if (x->renewal) {
		pthread_join(x->renewal->thread, NULL);
		exec_credential_done(&x->renewal->credential);
		free(x->renewal);
	}
	for (size_t i = 0; i < EXEC_WORDS_MAX; i++) {
		free(x->argv[i]);
		free(x->env[i]);
	}
	free(x->info);
	free(x);
	return NULL;
}
