/* SPDX-License-Identifier: Apache-2.0 */
/* Randomness from the kernel: seeds for jitter, identities. */
#pragma once

#include <stddef.h>
#include <stdint.h>

uint64_t random_seed(void);
/* n lower-case letters and digits, terminated: unique enough for an identity with n >= 8. */
void random_name(char *ret, size_t n);
