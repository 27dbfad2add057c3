/*
 * What a fuzz target's binary asks of the sanitizers: a stack with every report, for an abort as
 * for any other crash, and an end to an allocation larger than any input needs. It is part of the
 * binary, so that a reproducer needs no environment to show in a shell what it showed in a
 * campaign.
 */
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

const char *__asan_default_options(void)
{
    return "handle_abort=1:max_allocation_size_mb=2048";
}

const char *__ubsan_default_options(void)
{
    return "print_stacktrace=1";
}
