# SPDX-License-Identifier: Apache-2.0
file(REMOVE ${OUT})
execute_process(COMMAND git -c safe.directory=* -C ${SOURCE} rev-parse --show-toplevel
        OUTPUT_VARIABLE top ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE no_git)
if(NOT no_git AND top STREQUAL SOURCE)
        execute_process(COMMAND git -c safe.directory=* -C ${SOURCE} archive --format=zip
                --prefix=${NAME}/ -o ${OUT} HEAD COMMAND_ERROR_IS_FATAL ANY)
else()
        # Not a checkout: zip the folder itself, under the right name.
        get_filename_component(out_dir ${OUT} DIRECTORY)
        set(stage ${out_dir}/dist-stage)
        file(REMOVE_RECURSE ${stage})
        file(COPY ${SOURCE}/ DESTINATION ${stage}/${NAME} PATTERN build EXCLUDE
                PATTERN .git EXCLUDE)
        execute_process(COMMAND zip -qr ${OUT} ${NAME} WORKING_DIRECTORY ${stage}
                COMMAND_ERROR_IS_FATAL ANY)
        file(REMOVE_RECURSE ${stage})
endif()
message(STATUS "wrote ${OUT}")
