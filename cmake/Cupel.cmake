# The words of Cupel's build. A folder's CMakeLists.txt says only what is particular to it:
#
#   cupel_layer(<layer> [MUSL] [USES layer…] [PACKAGES pkg-config-name…])
#       src/<layer>/**.c become the static library cupel_<layer>. USES is the layer's arrow list:
#       what it may include and link; ci/check arrows reads the same line.
#       MUSL: programs with musl may want it (Musl.cmake).
#   cupel_program(<program> [STATIC] [MUSL] SOURCES file… USES layer…)
#       build/<preset>/bin/<program> (release: build/bin), with its manual page and completion.
#       STATIC: where CUPEL_STATIC is on, it wants no shared library. MUSL: nor glibc, where
#       CUPEL_MUSL is on and musl is there.
#   cupel_module(<module> LAYER layer)
#       build/<preset>/lib/cupel/<module>.so (release: build/lib/cupel) of all of a layer and what it
#       needs of those below, which a program loads when an option asks for it (base/module.h).
#   cupel_library(<library> LAYER layer PARTS file… HEADERS file… TABLES file… INTERNAL file…
#                 ABOUT sentence [WITH layer… PACKAGES pkg-config-name… LINKED library…])
#       lib<library>.so and lib<library>.a of src/<layer>/*.c and, of the layers below, PARTS; with
#       HEADERS and their .def TABLES, pkg-config file and manual pages, all of which are installed
#       (component lib<library>). Exported is what src/<layer>/lib<library>.symbols lists, which
#       also names the SONAME. Headers of the layer that are not for users are INTERNAL ("*": all
#       others). cmake/library/ makes and checks the rest; the target lib<library>-update writes the
#       records again.
#       WITH: it is one object of what it exports and what that wants of the layer and these others,
#       as they are compiled already, and nothing else in it has a name for others; PACKAGES and LINKED are what it wants of
#       the system.
#   cupel_unit_tests()
#       each tests/unit/<layer>/test_<name>.c becomes the CTest test unit.<layer>.<name>.
#   cupel_fuzz_targets()
#       each fuzz/<layer>/fuzz_<name>.c becomes a libFuzzer or AFL++ target <layer>_<name> when the
#       preset is for that engine, and elsewhere the CTest test replay.<layer>.<name> over
#       corpus/<layer>/<name>/. Words in a target's first comment: `Mutator: dns` (docs/fuzzing.md),
#       `Counts: blocks` (fuzz/dns/blocks.h), `Peer: ldns` (not in PURE_ONLY builds), and
#       `Planted: src/…` (fuzz/selftest/plant).
#   cupel_script_test(<test name> <script> [NEEDS_ROOT] [LABELS label…] [TIMEOUT seconds]
#                     [SERIAL] [LOCK])
#       a script that exits 0 (passed), 77 (skipped, the reason is its last line) or else (failed).
#       It finds the programs in $CUPEL_BIN, the tree in $CUPEL_SOURCE, the build in $CUPEL_BUILD,
#       and runs in an empty directory of its own. SERIAL: with no other test beside it.
#       LOCK: with no other test of this word beside it, since it looks at what this machine has of
#       mounts and cgroups before and after.
include_guard()
find_package(PkgConfig REQUIRED)
include(Musl)

# With CUPEL_LTO, objects have both forms, so that a program may be linked either way.
if(CUPEL_LTO AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
    set(CUPEL_LTO_COMPILE -flto=auto -ffat-lto-objects)
    set(CUPEL_LTO_LINK -flto=auto)
endif()

# For what runs before the C library has set itself up.
set(CUPEL_BEFORE_LIBC -ffreestanding -fno-stack-protector -fno-lto -fno-sanitize=all)

# Sets `archives` to the static libraries of a package, or to what stops the link with a sentence.
macro(cupel_archives prefix)
    set(archives)
    foreach(library IN LISTS ${prefix}_LIBRARIES)
        find_library(archive_${library} lib${library}.a)
        list(APPEND archives "${archive_${library}}")
    endforeach()
    list(JOIN archives "$<SEMICOLON>" archives)
endmacro()

function(cupel_layer layer)
    cmake_parse_arguments(PARSE_ARGV 1 arg "MUSL" "" "USES;PACKAGES")
    set(all_archives)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.c")
    add_library(cupel_${layer} STATIC ${sources})
    target_include_directories(cupel_${layer} PUBLIC "${PROJECT_SOURCE_DIR}/src")
    target_link_libraries(cupel_${layer} PRIVATE cupel_warnings)
    target_compile_options(cupel_${layer} PRIVATE ${CUPEL_LTO_COMPILE})
    foreach(used IN LISTS arg_USES)
        target_link_libraries(cupel_${layer} PUBLIC cupel_${used})
    endforeach()
    foreach(package IN LISTS arg_PACKAGES)
        string(MAKE_C_IDENTIFIER "pkg_${package}" prefix)
        pkg_check_modules(${prefix} REQUIRED IMPORTED_TARGET GLOBAL ${package})
        cupel_archives(${prefix})
        list(APPEND all_archives ${archives})
        # The property is that of the program which is linked.
        target_link_libraries(
            cupel_${layer}
            PUBLIC "$<IF:$<BOOL:$<TARGET_PROPERTY:CUPEL_STATIC>>,${archives},PkgConfig::${prefix}>")
    endforeach()
    if(arg_MUSL)
        cupel_musl_layer(${layer} USES ${arg_USES} ARCHIVES ${all_archives})
    endif()
    # A library of this layer and what it declares, and nothing else: a symbol from elsewhere stops
    # the link.
    add_library(check_link_${layer} MODULE EXCLUDE_FROM_ALL "${PROJECT_SOURCE_DIR}/cmake/empty.c")
    target_link_options(check_link_${layer} PRIVATE -Wl,-z,defs)
    target_link_libraries(
        check_link_${layer} PRIVATE -Wl,--whole-archive cupel_${layer} -Wl,--no-whole-archive)
    add_dependencies(check-links check_link_${layer})
endfunction()

function(cupel_program program)
    cmake_parse_arguments(PARSE_ARGV 1 arg "STATIC;MUSL" "" "SOURCES;USES")
    add_executable(${program} ${arg_SOURCES})
    target_link_libraries(${program} PRIVATE cupel_warnings)
    target_link_options(${program} PRIVATE ${CUPEL_LTO_LINK})
    set(twin)
    if(arg_MUSL AND CUPEL_HAS_MUSL)
        set(twin _musl)
    elseif(arg_STATIC AND CUPEL_STATIC)
        set_target_properties(${program} PROPERTIES CUPEL_STATIC ON)
        target_link_options(${program} PRIVATE -static-pie)
    endif()
    foreach(used IN ITEMS cli LISTS arg_USES)
        target_link_libraries(${program} PRIVATE cupel_${used}${twin})
    endforeach()
    if(twin)
        cupel_musl_program(${program})
    endif()
    install(TARGETS ${program} RUNTIME)
    if(CUPEL_DOCUMENTS)
        cupel_program_documents(${program})
    endif()
endfunction()

# Where modules are, seen from a program: as it is built, and as it is installed.
set(CUPEL_MODULES "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/../lib/cupel")
file(RELATIVE_PATH CUPEL_TO_LIBDIR "${CMAKE_INSTALL_FULL_BINDIR}" "${CMAKE_INSTALL_FULL_LIBDIR}")

function(cupel_module module)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "LAYER" "")
    if(CUPEL_ENGINE)
        return()
    endif()
    set(versions "${PROJECT_SOURCE_DIR}/cmake/module.versions")
    add_library(${module} MODULE "${PROJECT_SOURCE_DIR}/cmake/empty.c")
    set_target_properties(
        ${module} PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY "${CUPEL_MODULES}"
                             LINK_DEPENDS "${versions}")
    target_link_options(
        ${module} PRIVATE "-Wl,--version-script=${versions}" -Wl,--as-needed ${CUPEL_LTO_LINK})
    target_link_libraries(
        ${module} PRIVATE -Wl,--whole-archive cupel_${arg_LAYER} -Wl,--no-whole-archive)
    install(TARGETS ${module} LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}/cupel")
endfunction()

# A program that loads modules. It looks in the same places where it is built and where it is
# installed: CMake would make room for others with empty ones, which are the working directory. What
# has rights of its own (a file's capabilities) looks in the absolute one alone.
function(cupel_program_modules program)
    set(places "$ORIGIN/../lib/cupel" "$ORIGIN/${CUPEL_TO_LIBDIR}/cupel"
               "${CMAKE_INSTALL_FULL_LIBDIR}/cupel")
    list(REMOVE_DUPLICATES places)
    set_target_properties(
        ${program} PROPERTIES BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH "${places}")
    add_dependencies(${program} ${ARGN})
endfunction()

function(cupel_library library)
    if(NOT CUPEL_LIBRARIES)
        return()
    endif()
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "LAYER;ABOUT"
                          "PARTS;HEADERS;TABLES;INTERNAL;WITH;PACKAGES;LINKED")
    set(name lib${library})
    set(place "${PROJECT_BINARY_DIR}/library/${name}")
    set(record "${CMAKE_CURRENT_SOURCE_DIR}/${name}")
    cupel_library_soname("${record}.symbols" version)
    cupel_library_description(${library} "${place}/${name}.json")

    cupel_library_step(${name} headers "${place}/include")
    cupel_library_step(${name} versions "${place}/versions")
    if(arg_WITH)
        cupel_library_object(${name})
        set(objects "${place}/${name}.o")
    else()
        cupel_library_objects(${name})
        set(objects $<TARGET_OBJECTS:${name}-objects>)
        set(link ${CUPEL_LTO_LINK})
    endif()
    add_library(${name}-static STATIC ${objects})
    add_library(${name} SHARED ${objects})
    set_target_properties(
        ${name}-static ${name}
        PROPERTIES OUTPUT_NAME ${library} ARCHIVE_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib"
                   LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib" LINKER_LANGUAGE C)
    set_target_properties(
        ${name} PROPERTIES VERSION ${version}.${PROJECT_VERSION} SOVERSION ${version}
                           LINK_DEPENDS "${place}/versions")
    add_dependencies(${name} ${name}-versions ${name}-headers)
    target_link_options(
        ${name} PRIVATE "-Wl,--version-script=${place}/versions" -Wl,-z,defs -Wl,--gc-sections
                        -Wl,-Bsymbolic-functions ${link})
    target_link_libraries(${name} PRIVATE ${arg_LINKED})
    foreach(package IN LISTS arg_PACKAGES)
        string(MAKE_C_IDENTIFIER "pkg_${package}" prefix)
        pkg_check_modules(${prefix} REQUIRED IMPORTED_TARGET GLOBAL ${package})
        target_link_libraries(${name} PRIVATE PkgConfig::${prefix})
    endforeach()
    if(link)
        # The form that is for this compiler alone is not for users.
        add_custom_command(
            TARGET ${name}-static POST_BUILD VERBATIM
            COMMAND "${CMAKE_OBJCOPY}" --wildcard "--remove-section=.gnu.lto_*"
                    "$<TARGET_FILE:${name}-static>")
    endif()
    cupel_library_install(${library})
    add_custom_target(
        ${name}-update COMMENT "Writing the records of ${name} again from its headers"
        COMMAND "${PROJECT_SOURCE_DIR}/cmake/library/library" update "${place}/${name}.json")
    add_dependencies(${name}-update ${name}-headers)
endfunction()

# The objects of both libraries, compiled with the headers as they are installed.
macro(cupel_library_objects name)
    file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.c")
    list(TRANSFORM arg_PARTS PREPEND "${PROJECT_SOURCE_DIR}/src/")
    add_library(${name}-objects OBJECT ${sources} ${arg_PARTS})
    add_dependencies(${name}-objects ${name}-headers)
    target_include_directories(
        ${name}-objects PRIVATE "${place}/include/cupel" "${PROJECT_SOURCE_DIR}/src")
    target_link_libraries(${name}-objects PRIVATE cupel_warnings)
    # A header that becomes one for users is found in another place than before, which no list of
    # dependencies shows: then all is compiled again, since the command is another.
    string(MD5 headers "${arg_HEADERS}")
    target_compile_definitions(${name}-objects PRIVATE require_failed=cupel_require_failed
                                                       CUPEL_LIBRARY_HEADERS=0x${headers})
    target_compile_options(
        ${name}-objects PRIVATE -fvisibility=hidden -ffunction-sections -fdata-sections
                                ${CUPEL_LTO_COMPILE})
endmacro()

# What the exported symbols want of the layers as one object. What is exported of those below is
# called as its users call it, and all else is nobody's.
macro(cupel_library_object name)
    set(archives)
    foreach(layer IN ITEMS ${arg_LAYER} LISTS arg_WITH)
        list(APPEND archives "$<TARGET_FILE:cupel_${layer}>")
    endforeach()
    cupel_library_step(${name} names "${place}/names")
    add_custom_command(
        OUTPUT "${place}/${name}.o"
        COMMAND "${CMAKE_LINKER}" -r -o "${place}/${name}.o" "@${place}/names.wanted"
                --start-group ${archives} --end-group
        COMMAND "${CMAKE_OBJCOPY}" --wildcard "--remove-section=.gnu.lto_*"
                "--redefine-syms=${place}/names" "${place}/${name}.o"
        COMMAND "${CMAKE_OBJCOPY}" "--keep-global-symbols=${place}/names.exported"
                "${place}/${name}.o"
        DEPENDS ${archives} "${place}/names.done"
        VERBATIM)
endmacro()

# The digits behind ".so." in the first line of a symbol record.
function(cupel_library_soname record ret_version)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${record}")
    file(STRINGS "${record}" soname REGEX "^lib[a-z-]+\\.so\\.[0-9]+$" LIMIT_COUNT 1)
    string(REGEX REPLACE ".*\\." "" version "${soname}")
    set(${ret_version} "${version}" PARENT_SCOPE)
endfunction()

# What cmake/library/ has to know.
macro(cupel_library_description library path)
    foreach(list HEADERS TABLES INTERNAL)
        list(TRANSFORM arg_${list} REPLACE ".+" "\"\\0\"" OUTPUT_VARIABLE quoted)
        list(JOIN quoted ", " ${list})
    endforeach()
    file(
        GENERATE
        OUTPUT "${path}"
        CONTENT
            "{
  \"name\": \"${library}\", \"version\": \"${PROJECT_VERSION}\", \"about\": \"${arg_ABOUT}\",
  \"source\": \"${PROJECT_SOURCE_DIR}/src\", \"layer\": \"${arg_LAYER}\",
  \"headers\": [${HEADERS}],
  \"tables\": [${TABLES}],
  \"internal\": [${INTERNAL}],
  \"symbols\": \"${record}.symbols\", \"layout\": \"${record}.layout\",
  \"staged\": \"${place}/include\", \"shared\": \"$<TARGET_FILE:${name}>\",
  \"compiler\": \"${CMAKE_C_COMPILER}\",
  \"overview\": \"${PROJECT_SOURCE_DIR}/docs/${name}.3.in\",
  \"example\": \"${PROJECT_SOURCE_DIR}/docs/examples/${arg_LAYER}.c\",
  \"example_output\": \"${PROJECT_SOURCE_DIR}/docs/examples/${arg_LAYER}.out\"
}
")
endmacro()

# One call of cmake/library/library as the target <library>-<command>.
function(cupel_library_step name command output)
    file(GLOB tools CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/cmake/library/*")
    file(GLOB_RECURSE headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/*.h"
         "${PROJECT_SOURCE_DIR}/src/*.def")
    file(GLOB documents CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/docs/${name}.3.in"
         "${PROJECT_SOURCE_DIR}/docs/examples/*")
    set(place "${PROJECT_BINARY_DIR}/library/${name}")
    add_custom_command(
        OUTPUT "${place}/${command}.done"
        BYPRODUCTS "${output}"
        COMMAND "${PROJECT_SOURCE_DIR}/cmake/library/library" ${command} "${place}/${name}.json"
                "${output}"
        COMMAND "${CMAKE_COMMAND}" -E touch "${place}/${command}.done"
        DEPENDS "${place}/${name}.json" ${tools} ${headers} ${documents}
                "${CMAKE_CURRENT_SOURCE_DIR}/${name}.symbols"
        VERBATIM)
    add_custom_target(${name}-${command} ALL DEPENDS "${place}/${command}.done")
endfunction()

function(cupel_library_install library)
    set(name lib${library})
    set(place "${PROJECT_BINARY_DIR}/library/${name}")
    include(GNUInstallDirs)
    install(TARGETS ${name} ${name}-static COMPONENT ${name} LIBRARY COMPONENT ${name}
                                                             NAMELINK_COMPONENT ${name})
    install(DIRECTORY "${place}/include/cupel" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
            COMPONENT ${name})
    if(CUPEL_DOCUMENTS)
        cupel_library_step(${name} manual "${place}/man3")
        install(DIRECTORY "${place}/man3" DESTINATION "${CMAKE_INSTALL_MANDIR}" COMPONENT ${name})
    endif()
    # The prefix may be chosen as late as when it is installed.
    set(CUPEL_LIBRARY ${library})
    set(CUPEL_ABOUT "${arg_ABOUT}")
    # What a static link wants as well.
    list(JOIN arg_PACKAGES " " CUPEL_REQUIRES)
    list(TRANSFORM arg_LINKED PREPEND "-l" OUTPUT_VARIABLE wanted)
    list(JOIN wanted " " CUPEL_LINKED)
    configure_file("${PROJECT_SOURCE_DIR}/cmake/library.pc.in" "${place}/${library}.pc.in" @ONLY)
    install(CODE "file(READ \"${place}/${library}.pc.in\" text)
                  string(REPLACE \"%PREFIX%\" \"\${CMAKE_INSTALL_PREFIX}\" text \"\${text}\")
                  file(WRITE \"${place}/${library}.pc\" \"\${text}\")" COMPONENT ${name})
    install(FILES "${place}/${library}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig"
            COMPONENT ${name})
endfunction()

# The manual page and the bash completion of a program come from its own option tables.
function(cupel_program_documents program)
    set(page "${PROJECT_BINARY_DIR}/man/${program}.1")
    set(completion "${PROJECT_BINARY_DIR}/completion/${program}")
    file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/man" "${PROJECT_BINARY_DIR}/completion")
    add_custom_command(
        OUTPUT "${page}" "${completion}"
        COMMAND ${program} --emit=man > "${page}"
        COMMAND ${program} --emit=bash-completion > "${completion}"
        DEPENDS ${program}
        VERBATIM)
    add_custom_target(${program}-documents ALL DEPENDS "${page}" "${completion}")
    install(FILES "${page}" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
    install(FILES "${completion}"
            DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
endfunction()

# "layer/prefix_name.c" gives the layer and the name.
function(cupel_split_path path prefix ret_layer ret_name)
    cmake_path(GET path PARENT_PATH layer)
    cmake_path(GET path STEM name)
    string(REGEX REPLACE "^${prefix}_" "" name "${name}")
    set(${ret_layer} "${layer}" PARENT_SCOPE)
    set(${ret_name} "${name}" PARENT_SCOPE)
endfunction()

function(cupel_unit_tests)
    pkg_check_modules(cmocka REQUIRED IMPORTED_TARGET GLOBAL cmocka)
    file(GLOB tests CONFIGURE_DEPENDS RELATIVE "${CMAKE_CURRENT_SOURCE_DIR}" "*/test_*.c")
    foreach(source IN LISTS tests)
        cupel_split_path(${source} test layer name)
        if(NOT TARGET cupel_${layer})
            continue()
        endif()
        set(target unit.${layer}.${name})
        add_executable(${target} ${source})
        set_target_properties(
            ${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
        target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
        target_link_libraries(
            ${target} PRIVATE cupel_warnings cupel_${layer} PkgConfig::cmocka)
        add_test(NAME ${target} COMMAND ${target})
        set_tests_properties(${target} PROPERTIES LABELS unit TIMEOUT 120
                             ENVIRONMENT "CUPEL_SOURCE=${PROJECT_SOURCE_DIR}")
    endforeach()
endfunction()

function(cupel_fuzz_targets)
    file(GLOB targets CONFIGURE_DEPENDS RELATIVE "${CMAKE_CURRENT_SOURCE_DIR}" "*/fuzz_*.c")
    foreach(source IN LISTS targets)
        cupel_split_path(${source} fuzz layer name)
        if(TARGET cupel_${layer})
            cupel_fuzz_target(${layer} ${name} ${source})
        endif()
    endforeach()
endfunction()

function(cupel_fuzz_target layer name source)
    set(target fuzz_${layer}_${name})
    file(STRINGS ${source} peer REGEX "^ \\* Peer: [a-z]+$" LIMIT_COUNT 1)
    if(peer AND CUPEL_PURE_ONLY)
        return() # its library is not ours to instrument
    endif()
    add_executable(${target} ${source})
    target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${target} PRIVATE cupel_warnings cupel_${layer})
    # Libraries of a layer that the target does not reach are not loaded.
    target_link_options(${target} PRIVATE -Wl,--as-needed)
    file(STRINGS ${source} planted REGEX "^ \\* Planted: src/" LIMIT_COUNT 1)
    if(planted)
        string(REGEX REPLACE ".*: " "" planted "${planted}")
        cupel_plant(${target} ${source} ${planted})
    endif()
    # libFuzzer's mutator is part of the target; AFL++ loads a library (fuzz/driver/afl.py).
    file(STRINGS ${source} mutator REGEX "^ \\* Mutator: [a-z]+$" LIMIT_COUNT 1)
    if(mutator AND CUPEL_ENGINE STREQUAL "libfuzzer")
        string(REGEX REPLACE ".*: " "cupel_mutator_" mutator "${mutator}")
        target_link_libraries(${target} PRIVATE ${mutator})
    endif()
    if(peer)
        string(REGEX REPLACE ".*: " "" peer "${peer}")
        cupel_fuzz_peer(${target} ${peer})
    endif()
    file(STRINGS ${source} counts REGEX "^ \\* Counts: blocks$" LIMIT_COUNT 1)
    if(counts)
        cupel_count_blocks(${target} ${layer})
    endif()
    if(CUPEL_ENGINE)
        target_sources(${target} PRIVATE "${PROJECT_SOURCE_DIR}/fuzz/engine/sanitizers.c")
        set_target_properties(
            ${target} PROPERTIES OUTPUT_NAME ${layer}_${name} RUNTIME_OUTPUT_DIRECTORY
                                 "${CUPEL_OUTPUT_ROOT}/fuzz/${CUPEL_ENGINE}")
        target_link_options(${target} PRIVATE ${CUPEL_ENGINE_LINK})
        return()
    endif()
    target_sources(${target} PRIVATE "${PROJECT_SOURCE_DIR}/fuzz/engine/replay.c")
    set_target_properties(
        ${target} PROPERTIES OUTPUT_NAME replay.${layer}.${name} RUNTIME_OUTPUT_DIRECTORY
                             "${PROJECT_BINARY_DIR}/tests")
    add_test(NAME replay.${layer}.${name}
             COMMAND ${target} "${PROJECT_SOURCE_DIR}/corpus/${layer}/${name}")
    set_tests_properties(replay.${layer}.${name} PROPERTIES LABELS replay TIMEOUT 300)
endfunction()

# A source of the codec with the bug that the target's first comment plants; the linker takes it
# before the one of the library.
function(cupel_plant target source planted)
    set(output "${CMAKE_CURRENT_BINARY_DIR}/planted/${target}/${planted}")
    set(plant "${PROJECT_SOURCE_DIR}/fuzz/selftest/plant")
    set(source "${CMAKE_CURRENT_SOURCE_DIR}/${source}")
    add_custom_command(
        OUTPUT "${output}" COMMAND "${plant}" "${source}" "${output}"
        DEPENDS "${plant}" "${source}" "${PROJECT_SOURCE_DIR}/${planted}" VERBATIM)
    target_sources(${target} PRIVATE "${output}")
endfunction()

# The comparison of diff.dns.<peer> as a part of a target.
function(cupel_fuzz_peer target peer)
    pkg_check_modules(pkg_${peer} REQUIRED IMPORTED_TARGET GLOBAL ${peer})
    set(place "${PROJECT_SOURCE_DIR}/tests/diff/dns_${peer}")
    target_sources(${target} PRIVATE "${place}_compare.c" "${place}_table.c")
    target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
    target_compile_definitions(${target} PRIVATE DIFF_EXPLAINED="${place}_explained.tsv")
    target_link_libraries(${target} PRIVATE PkgConfig::pkg_${peer})
endfunction()

# Compiles a layer into a target once more, with a call at each of its blocks (fuzz/dns/blocks.h).
function(cupel_count_blocks target layer)
    file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/${layer}/*.c")
    add_library(${target}_counted OBJECT ${sources})
    target_link_libraries(${target}_counted PRIVATE cupel_warnings cupel_${layer})
    target_compile_options(${target}_counted PRIVATE -fsanitize-coverage=trace-pc)
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:${target}_counted>)
    target_link_options(${target} PRIVATE -Wl,--wrap=__sanitizer_cov_trace_pc)
endfunction()

function(cupel_script_test test script)
    cmake_parse_arguments(PARSE_ARGV 2 arg "NEEDS_ROOT;SERIAL;LOCK" "TIMEOUT" "LABELS")
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 120)
    endif()
    if(arg_NEEDS_ROOT)
        set(root --needs-root)
    endif()
    cmake_path(ABSOLUTE_PATH script)
    add_test(NAME ${test} COMMAND "${PROJECT_SOURCE_DIR}/tests/run-script" ${root} "${script}")
    set(places "CUPEL_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}" "CUPEL_SOURCE=${PROJECT_SOURCE_DIR}"
               "CUPEL_BUILD=${PROJECT_BINARY_DIR}")
    set_tests_properties(${test} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT}
                                            SKIP_RETURN_CODE 77 ENVIRONMENT "${places}")
    set_tests_properties(${test} PROPERTIES RUN_SERIAL ${arg_SERIAL})
    if(arg_LOCK)
        set_tests_properties(${test} PROPERTIES RESOURCE_LOCK machine)
    endif()
endfunction()
