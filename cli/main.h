/* SPDX-License-Identifier: Apache-2.0 */
/* The program, without main, so that tests can call it. */
#pragma once

/* Output goes to descriptor 1, errors to 2. Returns the exit code (command.h). */
int cli_main(int argc, char **argv);
