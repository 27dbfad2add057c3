# cupel-oci with musl in the place of glibc.
#
# A program that begins with glibc asks the processor some 75 times what it is (CPUID) before main.
# In a virtual machine each of these leaves the guest: half a millisecond, a sixth of what a
# container takes in all. musl asks nothing.
#
#   cupel_musl_layer(<layer> [USES layer…] [ARCHIVES file…])
#       cupel_<layer>_musl: the sources of cupel_<layer>, compiled against musl's headers. It is made
#       only where a program wants it.
#   cupel_musl_program(<program>)
#       compiles and links what cupel_program() has begun: musl's objects around the program's.
#
# cmake/musl/ has what musl lacks: wrappers of newer system calls, the few functions of glibc that
# Debian's archives (libseccomp, libcap, jansson) want beyond what both have, and glibc's words for
# errors. Of /usr/include it sees what is not a C library's alone.
include_guard()

set(CUPEL_HAS_MUSL OFF)

function(cupel_musl_layer layer)
    if(NOT CUPEL_HAS_MUSL)
        return()
    endif()
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "USES;ARCHIVES")
    set(twin cupel_${layer}_musl)
    get_target_property(sources cupel_${layer} SOURCES)
    add_library(${twin} STATIC EXCLUDE_FROM_ALL ${sources})
    target_include_directories(${twin} PUBLIC "${PROJECT_SOURCE_DIR}/src")
    target_link_libraries(${twin} PRIVATE cupel_warnings PUBLIC ${arg_ARCHIVES})
    foreach(used IN LISTS arg_USES)
        target_link_libraries(${twin} PUBLIC cupel_${used}_musl)
    endforeach()
    target_compile_options(${twin} PRIVATE ${musl_compile})
    # Those that the folder's CMakeLists.txt adds later as well.
    target_compile_definitions(
        ${twin} PRIVATE "$<TARGET_PROPERTY:cupel_${layer},COMPILE_DEFINITIONS>")
endfunction()

# The words of the C library that this project is built with elsewhere.
function(musl_words source result)
    set(words "${PROJECT_BINARY_DIR}/musl/words_of_system.c")
    add_executable(musl_words "${source}")
    target_link_libraries(musl_words PRIVATE cupel_warnings)
    set_target_properties(
        musl_words PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/musl")
    add_custom_command(
        OUTPUT "${words}"
        COMMAND musl_words > "${words}"
        DEPENDS musl_words
        VERBATIM)
    set(${result} "${words}" PARENT_SCOPE)
endfunction()

function(cupel_musl_program program)
    set(here "${PROJECT_SOURCE_DIR}/cmake/musl")
    musl_words("${here}/words_of_system.c" words)
    target_sources(
        ${program} PRIVATE "${words}" "${here}/words.c" "${here}/calls.c" "${here}/fortify.c"
                           "${here}/memcpy.c")
    set_source_files_properties(
        "${here}/memcpy.c" PROPERTIES COMPILE_OPTIONS
        "-fno-lto;-fno-stack-protector;-fno-tree-loop-distribute-patterns")
    target_include_directories(${program} PRIVATE "${here}")
    target_compile_options(${program} PRIVATE ${musl_compile})
    target_link_options(
        ${program} PRIVATE -nostdlib -static-pie -Wl,-z,relro,-z,now,--wrap=memcpy
        "${CUPEL_MUSL_OBJECTS}/rcrt1.o" "${CUPEL_MUSL_OBJECTS}/crti.o" "${gcc_begin}")
    target_link_libraries(
        ${program} PRIVATE -Wl,--start-group "${CUPEL_MUSL_OBJECTS}/libc.a" -lgcc -lgcc_eh
        -Wl,--end-group "${gcc_end}" "${CUPEL_MUSL_OBJECTS}/crtn.o")
endfunction()

string(REPLACE "-gnu" "-musl" musl_name "${CMAKE_LIBRARY_ARCHITECTURE}")
find_path(CUPEL_MUSL_OBJECTS rcrt1.o PATHS "/usr/lib/${musl_name}" NO_DEFAULT_PATH)
find_path(CUPEL_MUSL_HEADERS bits/alltypes.h PATHS "/usr/include/${musl_name}" NO_DEFAULT_PATH)
mark_as_advanced(CUPEL_MUSL_OBJECTS CUPEL_MUSL_HEADERS)

if(NOT CUPEL_MUSL OR NOT CUPEL_STATIC OR CUPEL_PURE_ONLY)
    return()
elseif(NOT CMAKE_C_COMPILER_ID STREQUAL "GNU" OR NOT CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    message(STATUS "cupel-oci with glibc: musl is used with gcc and for x86-64")
    return()
elseif(NOT CUPEL_MUSL_OBJECTS OR NOT CUPEL_MUSL_HEADERS)
    message(STATUS "cupel-oci with glibc: musl is not installed (package musl-dev)")
    return()
endif()
set(CUPEL_HAS_MUSL ON)

# What is of the kernel and of the three packages.
set(musl_include "${PROJECT_BINARY_DIR}/musl/include")
file(REMOVE_RECURSE "${musl_include}")
file(MAKE_DIRECTORY "${musl_include}/sys")
foreach(header linux asm asm-generic sys/capability.h seccomp.h seccomp-syscalls.h jansson.h
               jansson_config.h)
    unset(found)
    find_path(found "${header}" NO_CACHE)
    file(CREATE_LINK "${found}/${header}" "${musl_include}/${header}" SYMBOLIC)
endforeach()

# Where the compiler's own headers and objects are.
function(musl_gcc_file name result)
    execute_process(COMMAND "${CMAKE_C_COMPILER}" "-print-file-name=${name}"
                    OUTPUT_VARIABLE path OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    set(${result} "${path}" PARENT_SCOPE)
endfunction()

musl_gcc_file(include gcc_include)
musl_gcc_file(crtbeginS.o gcc_begin)
musl_gcc_file(crtendS.o gcc_end)

set(musl_compile
    -nostdinc
    "SHELL:-isystem ${PROJECT_SOURCE_DIR}/cmake/musl/include"
    "SHELL:-isystem ${CUPEL_MUSL_HEADERS}"
    "SHELL:-isystem ${gcc_include}"
    "SHELL:-isystem ${musl_include}")
if(CUPEL_LTO)
    list(APPEND musl_compile -flto=auto)
endif()
