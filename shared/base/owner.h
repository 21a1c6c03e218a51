/* SPDX-License-Identifier: Apache-2.0 */
/* From a link inside a struct to the struct: for heaps, hash tables and lists whose links stand in
 * their owners. */
#pragma once

#include <stddef.h>

/* The struct of the given type whose member is at ptr; ptr must not be NULL. */
#define OWNER_OF(ptr, type, member) ((type *)(void *)((char *)(ptr) - offsetof(type, member)))
