# SPDX-License-Identifier: Apache-2.0
# Third-party libraries, all from the distribution (Debian 13 names in docs/design/0002).
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(nng 1.10 CONFIG REQUIRED)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl>=8.10)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(PROTOBUFC REQUIRED IMPORTED_TARGET libprotobuf-c)
pkg_check_modules(OPENSSL REQUIRED IMPORTED_TARGET libcrypto)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(MHD REQUIRED IMPORTED_TARGET libmicrohttpd)
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
find_program(PROTOC_C NAMES protoc-c REQUIRED)
