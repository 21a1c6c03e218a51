/* SPDX-License-Identifier: Apache-2.0 */
#include "server.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

extern char **environ;

#define SERVER "test/integration/lib/apiserver"

static void feed(int fd, const char *input)
{
	size_t len = strlen(input);
	while (len) {
		ssize_t n = write(fd, input, len);
		must(n > 0);
		input += n;
		len -= (size_t)n;
	}
}

static void drain(int fd, struct buf *out)
{
	char chunk[4096];
	ssize_t n;
	while ((n = read(fd, chunk, sizeof chunk)) > 0) {
		buf_put(out, chunk, (size_t)n);
	}
}

/* Input is fed before output is read: both are small enough for a pipe, or one of them is empty.
 * Without out there is no pipe: what the program leaves behind would keep it open. */
bool run_program(const char *const *argv, const char *input, struct buf *out)
{
	posix_spawn_file_actions_t fa;
	int in[2], from[2], status = 0;
	pid_t pid;
	char **args;
	memcpy(&args, &argv, sizeof args); /* posix_spawn does not write to them */
	must(pipe2(in, O_CLOEXEC) == 0 && pipe2(from, O_CLOEXEC) == 0);
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, in[0], 0);
	if (out)
		posix_spawn_file_actions_adddup2(&fa, from[1], 1);
	else
		posix_spawn_file_actions_addopen(&fa, 1, "/dev/null", O_WRONLY, 0);
	must(posix_spawnp(&pid, argv[0], &fa, NULL, args, environ) == 0);
	posix_spawn_file_actions_destroy(&fa);
	close(in[0]);
	close(from[1]);
	feed(in[1], str_or_empty(input));
	close(in[1]);
	if (out)
		drain(from[0], out);
	close(from[0]);
	must(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void find_tools(void)
{
	static const char *const get[] = {"test/tools/get", "--dir",   "etcd",
					  "kube-apiserver", "kubectl", NULL};
	AUTO(buf_done) struct buf dir = BUF_INIT(4096), path = BUF_INIT(64 * 1024);
	if (getenv("MUSTER_TOOLS_DIR"))
		return;
	must(run_program(get, NULL, &dir));
	must(dir.len > 1);
	dir.data[dir.len - 1] = 0;
	setenv("MUSTER_TOOLS_DIR", dir.data, 1);
}

static void make_client(const char *dir)
{
	static const char script[] =
		"set -eu; cd \"$1\"; umask 077\n"
		"key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $1; "
		"}\n"
		"key client.key; key other.key\n"
		"openssl req -new -key client.key -subj /O=system:masters/CN=tester |\n"
		"	openssl x509 -req -CA ca.crt -CAkey ca.key -CAcreateserial -days 1 -out "
		"client.crt 2>&1\n"
		"openssl req -x509 -new -key other.key -subj /CN=other -days 1 -out other.crt\n";
	const char *const argv[] = {"bash", "-c", script, "client", dir, NULL};
	must(run_program(argv, NULL, NULL));
}

char *server_start(const char *flag)
{
	char dir[] = "/tmp/muster-kube-XXXXXX";
	AUTO(buf_done) struct buf pid = BUF_INIT(32);
	AUTO(buf_done) struct buf client_ca = BUF_INIT(128);
	find_tools();
	buf_printf(&pid, "%d", (int)getpid());
	setenv("MUSTER_OWNER_PID", buf_str(&pid), 1);
	must(mkdtemp(dir));
	buf_printf(&client_ca, "--client-ca-file=%s/ca.crt", dir);
	const char *const start[] = {SERVER, "start", dir, buf_str(&client_ca), flag, NULL};
	const char *const crds[] = {SERVER, "crds", dir, NULL};
	must(run_program(start, NULL, NULL));
	make_client(dir);
	must(run_program(crds, NULL, NULL));
	return mem_strdup(dir);
}

void server_stop(char *own_dir)
{
	const char *const stop[] = {SERVER, "stop", own_dir, NULL};
	const char *const remove[] = {"rm", "-rf", own_dir, NULL};
	must(run_program(stop, NULL, NULL));
	must(run_program(remove, NULL, NULL));
	free(own_dir);
}

void kubectl(const char *dir, const char *words, const char *input, struct buf *out)
{
	AUTO(buf_done) struct buf tool = BUF_INIT(4096), config = BUF_INIT(4096);
	AUTO(mem_freep) char *copy = mem_strdup(words);
	const char *argv[ARGS_MAX];
	size_t n = 0;
	buf_printf(&tool, "%s/kubectl", getenv("MUSTER_TOOLS_DIR"));
	buf_printf(&config, "--kubeconfig=%s/kubeconfig", dir);
	argv[n++] = buf_str(&tool);
	argv[n++] = buf_str(&config);
	for (char *w = copy; w; n++) {
		must(n + 1 < ARGS_MAX);
		argv[n] = w;
		w = strchr(w, ' ');
		if (w)
			*w++ = 0;
	}
	argv[n] = NULL;
	must(run_program(argv, input, out));
}
