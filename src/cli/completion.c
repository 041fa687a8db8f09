/*
 * Completion for bash: one function, with a list of words for each command and for each option that
 * takes one of a few values. Everything else is completed as the name of a file.
 */
#include <string.h>

#include "cli/commands.h"
#include "cli/pages.h"

static void print_spellings(const struct option *row, FILE *out)
{
    if (row->letter)
        fprintf(out, " -%c", row->letter);
    fprintf(out, " --%s", row->name);
}

/* "convert) words='-o --output ...' ;;" */
static void print_command(const char *name, unsigned bit, FILE *out)
{
    const struct option *row;
    fprintf(out, "        %s) words='", name);
    for (size_t i = 0; (row = options_at(i)); i++)
        if (row->commands & bit)
            print_spellings(row, out);
    fputs("' ;;\n", out);
}

/* "--writer) words='auto direct gather' ;;"; what takes a number or a text of its own has no
 * words, and a file has those of the directory. */
static void print_values(const struct option *row, FILE *out)
{
    if (row->kind == OPTION_FLAG)
        return;
    if (row->letter)
        fprintf(out, "    -%c | --%s) words='", row->letter, row->name);
    else
        fprintf(out, "    --%s) words='", row->name);
    for (const struct option_choice *choice = row->choices; choice && choice->name; choice++)
        fprintf(out, "%s%s", choice == row->choices ? "" : " ", choice->name);
    const bool is_path = row->value && (!strcmp(row->value, "FILE") || !strcmp(row->value, "DIR"));
    fprintf(out, "'%s ;;\n", is_path ? " files=1" : "");
}

void pages_print_completion(FILE *out)
{
    const struct command *command;
    const struct option *row;
    fputs("# bash completion for parfastq\n\n_parfastq()\n{\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
          "    local words='' files=0\n    COMPREPLY=()\n"
          "    case $before in # the value of an option\n",
          out);
    for (size_t i = 0; (row = options_at(i)); i++)
        print_values(row, out);
    fputs("    *) files=none ;;\n    esac\n"
          "    if [ \"$files\" = none ] && [ \"$COMP_CWORD\" = 1 ]; then # the command\n"
          "        files=0 words='",
          out);
    for (size_t i = 0; (command = commands_at(i)); i++)
        fprintf(out, "%s ", command->name);
    fputs("--help --version'\n"
          "    elif [ \"$files\" = none ] && [[ $word != -* ]]; then # what the command reads\n"
          "        files=1\n"
          "    elif [ \"$files\" = none ]; then # an option of the command\n"
          "        files=0\n        case ${COMP_WORDS[1]} in\n",
          out);
    for (size_t i = 0; (command = commands_at(i)); i++)
        print_command(command->name, command->bit, out);
    fputs("        esac\n    fi\n"
          "    if [ \"$files\" = 1 ]; then\n"
          "        compopt -o filenames 2>/dev/null\n"
          "        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
          "    else\n"
          "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
          "    fi\n}\ncomplete -F _parfastq parfastq\n",
          out);
}
