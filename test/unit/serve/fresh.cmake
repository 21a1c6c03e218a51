# SPDX-License-Identifier: Apache-2.0
# Fails when a generated page is not what its program writes.
# DOC: the program, and after commas its arguments.
string(REPLACE "," ";" DOC "${DOC}")
execute_process(COMMAND ${DOC} OUTPUT_VARIABLE wanted COMMAND_ERROR_IS_FATAL ANY)
file(READ ${PAGE} have)
if(NOT wanted STREQUAL have)
        message(FATAL_ERROR "${PAGE} is stale; write it again, as it says itself")
endif()
