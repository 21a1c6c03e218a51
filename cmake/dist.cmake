# SPDX-License-Identifier: Apache-2.0
# dist: muster-VERSION.zip with the sources. In a Git checkout it holds the last commit; in an unzipped
# tree it holds the tree without builds.
set(dist_name muster-${PROJECT_VERSION})
add_custom_target(dist
        COMMAND ${CMAKE_COMMAND} -DNAME=${dist_name} -DSOURCE=${CMAKE_SOURCE_DIR}
                -DOUT=${CMAKE_BINARY_DIR}/${dist_name}.zip -P ${CMAKE_SOURCE_DIR}/cmake/dist-zip.cmake
        VERBATIM)
