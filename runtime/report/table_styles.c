#include "report/table_parts.h"

const table_style TABLE_SCREEN = {.escape = table_plain,
                                  .grid = format_aligned,
                                  .title = {"", "\n\n"},
                                  .line = {"\n", "\n"},
                                  .between = ""};

const table_style TABLE_STYLES[] = {
    {.ending = ".md",
     .escape = table_markdown,
     .grid = format_markdown,
     .title = {"### ", "\n\n"},
     .line = {"\n", "\n"},
     .between = "",
     .bold = {"**", "**"}},
    {.ending = ".tex",
     .escape = table_latex,
     .grid = format_latex,
     .before = "% \\usepackage{booktabs,amssymb}\n\\begin{table}\n\\centering\n",
     .title = {"\\caption{", "}\n"},
     .label = {"\\label{tab:", "}\n"},
     .line = {"{\\footnotesize ", "\\par}\n"},
     .between = "\n\\smallskip\n",
     .after = "\\end{table}\n",
     .bold = {"\\textbf{", "}"}},
    {.ending = NULL},
};
