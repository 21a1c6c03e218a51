# SPDX-License-Identifier: Apache-2.0
# The project's own functions: rooms, programs, tests; and the compiler's flags.

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)

option(MUSTER_WERROR "Warnings are errors (our own builds)" OFF)
option(MUSTER_FUZZ "Build the fuzz targets with libFuzzer (clang)" OFF)
set(MUSTER_SANITIZE "" CACHE STRING "Value of -fsanitize=, empty for none")

add_library(muster_flags INTERFACE)
target_compile_options(muster_flags INTERFACE -Wall -Wextra -Wconversion -Wshadow
        -Wswitch-enum -Wcast-qual -Wvla -Wstrict-prototypes -Wmissing-prototypes
        -Wno-format-truncation # snprintf is banned outside of base, where cutting is deliberate
        $<$<C_COMPILER_ID:Clang>:-Wno-string-conversion> # must(!"words") is meant
        -fno-common -fno-strict-aliasing)
target_compile_definitions(muster_flags INTERFACE _GNU_SOURCE
        MUSTER_VERSION="${PROJECT_VERSION}")
target_include_directories(muster_flags INTERFACE ${CMAKE_SOURCE_DIR}/shared ${CMAKE_SOURCE_DIR})
if(MUSTER_WERROR)
        target_compile_options(muster_flags INTERFACE -Werror)
endif()
if(MUSTER_SANITIZE)
        target_compile_options(muster_flags INTERFACE -fsanitize=${MUSTER_SANITIZE}
                -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
        target_link_options(muster_flags INTERFACE -fsanitize=${MUSTER_SANITIZE})
endif()
if(MUSTER_FUZZ)
        # Coverage of all rooms steers the fuzzer, not only that of its own file.
        target_compile_options(muster_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
# Paths of the build do not end up in the binaries: the same sources give the same bytes.
target_compile_options(muster_flags INTERFACE -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)

# OpenSSF's hardening guide for C, in optimised builds only (fortify needs -O).
# integration.hardened reads them off the programs.
set(control_flow -fcf-protection=full)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
        set(control_flow -mbranch-protection=standard)
endif()
# The generated code of proto has these too.
add_library(muster_hardening INTERFACE)
target_link_libraries(muster_flags INTERFACE muster_hardening)
target_compile_options(muster_hardening INTERFACE
        $<$<CONFIG:Release>:-fstack-protector-strong -fstack-clash-protection -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
        ${control_flow} -fPIE -ftrivial-auto-var-init=zero
        # What the compiler may not conclude from an overflow or from the use of a pointer.
        -fno-strict-overflow -fno-delete-null-pointer-checks
        # A thread that is canceled runs its clean-ups.
        -fexceptions
        -Wformat=2 -Wno-format-nonliteral -Wimplicit-fallthrough -Werror=format-security -Werror=implicit
        -Werror=incompatible-pointer-types -Werror=int-conversion
        $<$<C_COMPILER_ID:GNU>:-Wtrampolines -Wbidi-chars=any>>)
target_link_options(muster_flags INTERFACE
        $<$<CONFIG:Release>:-pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed
        -Wl,--no-copy-dt-needed-entries>)

# muster_room(NAME SOURCES a.c… USES room… [PRIVATE_LIBS target…])
#   NAME is the folder under shared/ or the path with / replaced by _ (coordinator_core).
#   USES is the layer rule; PRIVATE_LIBS are the third-party libraries that the room owns.
function(muster_room name)
        cmake_parse_arguments(R "" "" "SOURCES;USES;PRIVATE_LIBS" ${ARGN})
        add_library(${name} STATIC ${R_SOURCES})
        target_link_libraries(${name} PRIVATE muster_flags PUBLIC ${R_USES})
        if(R_PRIVATE_LIBS)
                target_link_libraries(${name} PRIVATE ${R_PRIVATE_LIBS})
        endif()
        set_property(GLOBAL APPEND PROPERTY MUSTER_ROOMS ${name})
endfunction()

# muster_program(NAME SOURCES a.c… USES room…)
function(muster_program name)
        cmake_parse_arguments(P "" "" "SOURCES;USES" ${ARGN})
        add_executable(${name} ${P_SOURCES})
        target_link_libraries(${name} PRIVATE muster_flags ${P_USES})
endfunction()

# muster_test(NAME LEVEL level SOURCES a.c… USES target… [TIMEOUT s] [ARGS …])
#   One executable, one ctest test called LEVEL.NAME with the label LEVEL.
function(muster_test name)
        cmake_parse_arguments(T "" "LEVEL;TIMEOUT" "SOURCES;USES;ARGS" ${ARGN})
        if(NOT T_TIMEOUT)
                set(T_TIMEOUT 30)
        endif()
        set(exe test-${T_LEVEL}-${name})
        add_executable(${exe} ${T_SOURCES})
        target_link_libraries(${exe} PRIVATE muster_flags ${T_USES} PkgConfig::CMOCKA)
        add_test(NAME ${T_LEVEL}.${name} COMMAND ${exe} ${T_ARGS}
                WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
        set_tests_properties(${T_LEVEL}.${name} PROPERTIES LABELS ${T_LEVEL} TIMEOUT ${T_TIMEOUT})
endfunction()

# muster_fuzz(NAME SOURCES a.c USES target…): NAME's corpus is test/fuzz/corpus/NAME.
#   With MUSTER_FUZZ it is a libFuzzer target, else a driver that runs the corpus.
function(muster_fuzz name)
        cmake_parse_arguments(F "" "" "SOURCES;USES" ${ARGN})
        add_executable(fuzz-${name} ${F_SOURCES})
        target_link_libraries(fuzz-${name} PRIVATE muster_flags ${F_USES})
        set(corpus ${CMAKE_SOURCE_DIR}/test/fuzz/corpus/${name})
        if(MUSTER_FUZZ)
                target_compile_options(fuzz-${name} PRIVATE -fsanitize=fuzzer)
                target_link_options(fuzz-${name} PRIVATE -fsanitize=fuzzer)
                file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/corpus/${name})
                add_test(NAME fuzz.${name} COMMAND fuzz-${name} -runs=20000 -max_total_time=15
                        -rss_limit_mb=2048 ${CMAKE_BINARY_DIR}/corpus/${name} ${corpus})
        else()
                target_sources(fuzz-${name} PRIVATE ${CMAKE_SOURCE_DIR}/test/fuzz/driver.c)
                target_link_libraries(fuzz-${name} PRIVATE base)
                add_test(NAME fuzz.${name} COMMAND fuzz-${name} ${corpus})
        endif()
        set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 120)
endfunction()
