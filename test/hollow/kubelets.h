/* SPDX-License-Identifier: Apache-2.0 */
/* The kubelets of all nodes, in one thread: they follow the pods of jobs by one watch, and set
 * their statuses. */
#pragma once

#include <stdint.h>

#include "options.h"

struct kubelets;

struct kubelets *
kubelets_start(const struct hollow_options *o);   /* o lives as long as the process */
uint32_t kubelets_pods(const struct kubelets *k); /* any thread; k may be NULL */
