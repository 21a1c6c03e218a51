/* SPDX-License-Identifier: Apache-2.0 */
/* Hash tables: uthash, with our own way to die when memory is out (its default is exit). Tables
 * iterate in the order of insertion, so what follows from one is the same in every run. */
#pragma once

#include "base/must.h"

#define uthash_fatal(msg) must_fail(msg, __FILE__, __LINE__)
#include <uthash.h>
