# SPDX-License-Identifier: Apache-2.0
# Fails when a generated page is not what its program writes.
execute_process(COMMAND ${DOC} OUTPUT_VARIABLE wanted COMMAND_ERROR_IS_FATAL ANY)
file(READ ${PAGE} have)
if(NOT wanted STREQUAL have)
        message(FATAL_ERROR "${PAGE} is stale; write it again: ${DOC} > ${PAGE}")
endif()
