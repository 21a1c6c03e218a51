/* SPDX-License-Identifier: Apache-2.0 */
/* A real control plane for the length of a test, and kubectl on it. It dies with the test, however
 * the test ends. What goes wrong here ends the test: there is nothing to go on with. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"

enum { ARGS_MAX = 32 };

/* Starts it with a flag more (or NULL), applies crds/; the folder that holds kubeconfig, url,
 * ca.crt, token, client.crt and client.key of an admin, other.crt of a CA that signed nothing here.
 * Owned. */
char *server_start(const char *flag);
/* Stops it, removes the folder. */
void server_stop(char *own_dir);
/* Runs argv (NULL-terminated), input on its stdin (or NULL), its stdout appended to out (or NULL).
 * True when it exits with 0. */
bool run_program(const char *const *argv, const char *input, struct buf *out);
/* kubectl with words separated by spaces; must succeed. out as above. */
void kubectl(const char *dir, const char *words, const char *input, struct buf *out);
