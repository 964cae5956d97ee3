#include "report/table_parts.h"

const table_style TABLE_SCREEN = {
    .grid = format_aligned, .title = {"", "\n\n"}, .line = {"\n", "\n"}, .between = ""};

const table_style TABLE_STYLES[] = {
    {.ending = ".md",
     .grid = format_markdown,
     .title = {"### ", "\n\n"},
     .line = {"\n", "\n"},
     .between = ""},
    {.ending = ".tex",
     .escape = table_latex,
     .grid = format_latex,
     .title = {"% ", "\n% \\usepackage{booktabs,amssymb}\n"},
     .line = {"{\\footnotesize ", "\\par}\n"},
     .between = "\n\\smallskip\n"},
    {.ending = NULL},
};
