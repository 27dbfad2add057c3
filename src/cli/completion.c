/* The bash completion: one function per program, made of its tables. */
#include "cli/document.h"

static void print_words(FILE *out, const struct cli_option *options, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fprintf(out, "--%s ", options[i].name);
    fputs("--help", out);
}

/* A case branch for each option that has choices. */
static void print_choices(FILE *out, const struct cli_option *options, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (options[i].choices == NULL)
            continue;
        fprintf(out, "    --%s)\n", options[i].name);
        fprintf(out, "        mapfile -t COMPREPLY < <(compgen -W '%s' -- \"$current\")\n",
                options[i].choices);
        fprintf(out, "        return\n        ;;\n");
    }
}

static void print_choice_cases(FILE *out, const struct cli_program *program)
{
    fprintf(out, "    case \"$previous\" in\n");
    print_choices(out, program->options, program->options_count);
    for (size_t i = 0; i < program->commands_count; i++)
        print_choices(out, program->commands[i].options, program->commands[i].options_count);
    fprintf(out, "    esac\n");
}

/* Finds the command among the words before the cursor, and sets `words` to what may follow. */
static void print_word_cases(FILE *out, const struct cli_program *program)
{
    fprintf(out, "    local words='");
    if (cli_has_single_command(program)) {
        print_words(out, program->commands[0].options, program->commands[0].options_count);
        fprintf(out, "'\n");
        return;
    }
    for (size_t i = 0; i < program->commands_count; i++)
        fprintf(out, "%s ", program->commands[i].name);
    print_words(out, program->options, program->options_count);
    fprintf(out, "'\n    local word\n    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
                 "        case \"$word\" in\n");
    for (size_t i = 0; i < program->commands_count; i++) {
        fprintf(out, "        %s)\n            words='", program->commands[i].name);
        print_words(out, program->commands[i].options, program->commands[i].options_count);
        fprintf(out, "'\n            break\n            ;;\n");
    }
    fprintf(out, "        esac\n    done\n");
}

int cli_print_completion(FILE *out, const struct cli_program *program)
{
    fprintf(out, "# bash completion for %s\n", program->name);
    fprintf(out, "_%s()\n{\n", program->name);
    fprintf(out, "    local current=\"${COMP_WORDS[COMP_CWORD]}\"\n");
    fprintf(out, "    local previous=\"${COMP_WORDS[COMP_CWORD-1]}\"\n");
    print_choice_cases(out, program);
    print_word_cases(out, program);
    fprintf(out, "    case \"$current\" in\n    -*|'') mapfile -t COMPREPLY < <(compgen -W "
                 "\"$words\" -- \"$current\") ;;\n");
    fprintf(out, "    *) mapfile -t COMPREPLY < <(compgen -W \"$words\" -f -- \"$current\") ;;\n");
    fprintf(out, "    esac\n}\ncomplete -o filenames -o bashdefault -F _%s %s\n", program->name,
            program->name);
    return cli_printed(out);
}
