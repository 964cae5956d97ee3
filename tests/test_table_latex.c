/* Tables as LaTeX: exact text; where there is a LaTeX, it must take it. */
#include "table_fixture.h"

#include "report/table_parts.h"

static void same_latex(folder *f, const char *text, const char *latex) {
  assert_string_equal(table_latex(&f->memory, text), latex);
}

static void nothing_is_a_command(void **state) {
  folder *f = *state;
  same_latex(f, "", "");
  same_latex(f, "\\ {} $ & # % _ ~ ^",
             "\\textbackslash{} \\{\\} \\$ \\& \\# \\% \\_ \\textasciitilde{} "
             "\\textasciicircum{}");
  same_latex(f, "\\input{x}", "\\textbackslash{}input\\{x\\}");
  same_latex(f, "<a|b> \"c\" `d'", "$<$a$|$b$>$ ''c'' {`}d'");
  same_latex(f, "[x]*", "{[}x{]}{*}");
  same_latex(f, "--only, a-b, it''s,,", "-{}-only, a-b, it'{}'s,{},");
  same_latex(f, "-4 (-0.5) 1e-4 2-3", "$-$4 ($-$0.5) 1e-4 2-3");
  same_latex(f, "a\nb\tc\x7f", "a b c ");
  same_latex(f, "a\xff", "a?");
}

static void marks_and_letters(void **state) {
  folder *f = *state;
  same_latex(f, "24.6 ± 0.1 (2)", "24.6 $\\pm$ 0.1 (2)");
  same_latex(f, "✓✗–−", "\\checkmark{}$\\times$--$-$");
  same_latex(f, "κ = 1, ∇·v", "$\\kappa$ = 1, $\\nabla$$\\cdot$v");
  same_latex(f, "Köhler", "Köhler");
}

static const char RUNS[] = "seed,flow,flow.project,status,nll_min,nfe_at_min\n"
                           "0,OT,,done,-25,32\n"
                           "1,OT,,done,-26,32\n"
                           "0,50%_a&b,yes,done,-24.5,26\n"
                           "1,50%_a&b,yes,missing,,\n"
                           "0,[x] #1,no,diverged,,\n"
                           "1,[x] #1,no,missing,,\n";
static const char DECLARED[] =
    "{'title':'100% of κ\\nx','columns':[['Method','flow'],['Project','flow.project'],"
    "['NLL & se','nll_min'],['Paper','paper.nll']],'paper':'paper.csv','sort':'nll_min',"
    "'notes':['Mean ± sd_n of \\\\alpha.']}";

static void write_table(folder *f) {
  folder_write(f, "runs.csv", RUNS);
  folder_write(f, "paper.csv", "flow,nll\nOT,25.735\n");
  table_printed(f, DECLARED, "['seed','flow','flow.project']");
}

static void a_tabular(void **state) {
  folder *f = *state;
  write_table(f);
  assert_string_equal(folder_read(f, "table2.tex"),
                      "% \\usepackage{booktabs,amssymb}\n"
                      "\\begin{table}\n"
                      "\\centering\n"
                      "\\caption{100\\% of $\\kappa$ x}\n"
                      "\\label{tab:table2}\n"
                      "\\begin{tabular}{llrr}\n"
                      "\\toprule\n"
                      "Method      & Project      &             NLL \\& se &  Paper \\\\\n"
                      "\\midrule\n"
                      "OT          & --           & $-$25.500 $\\pm$ 0.707 & 25.735 \\\\\n"
                      "50\\%\\_a\\&b  & \\checkmark{} &    $-$24.500 (1 of 2) &     -- \\\\\n"
                      "{[}x{]} \\#1 & $\\times$     &                    -- &     -- \\\\\n"
                      "\\bottomrule\n"
                      "\\end{tabular}\n"
                      "\n\\smallskip\n"
                      "{\\footnotesize Mean $\\pm$ sd\\_n of \\textbackslash{}alpha.\\par}\n"
                      "{\\footnotesize Mean $\\pm$ standard deviation over 2 seeds, or as many as "
                      "a cell says.\\par}\n"
                      "{\\footnotesize Rows with missing seeds are means over other seeds than the "
                      "rest.\\par}\n"
                      "{\\footnotesize 2 of 6 runs missing, 1 diverged\\par}\n"
                      "\\end{table}\n");
}

static void one_seed(void **state) {
  folder *f = *state;
  folder_write(f, "runs.csv", "flow,status,nll_min\nA,done,1\nB,done,-12\n");
  table_printed(f, "{'columns':[['Method','flow'],['NLL','nll_min']],'ranks':'nll_min'}",
                "['flow']");
  assert_string_equal(folder_read(f, "table2.tex"), "% \\usepackage{booktabs,amssymb}\n"
                                                    "\\begin{table}\n"
                                                    "\\centering\n"
                                                    "\\caption{table2}\n"
                                                    "\\label{tab:table2}\n"
                                                    "\\begin{tabular}{lrr}\n"
                                                    "\\toprule\n"
                                                    "Method &       NLL & Rank \\\\\n"
                                                    "\\midrule\n"
                                                    "A      &     1.000 &    2 \\\\\n"
                                                    "B      & $-$12.000 &    1 \\\\\n"
                                                    "\\bottomrule\n"
                                                    "\\end{tabular}\n"
                                                    "\\end{table}\n");
}

static void latex_takes_it(void **state) {
  folder *f = *state;
  if (system("(command -v pdflatex && kpsewhich booktabs.sty amssymb.sty) >/dev/null 2>&1") != 0)
    skip();
  write_table(f);
  folder_write(f, "all.tex",
               "\\documentclass{article}\n\\usepackage{booktabs,amssymb}\n"
               "\\begin{document}\n\\input{table2.tex}\n\\end{document}\n");
  const char *command = arena_format(
      &f->memory,
      "cd %s && pdflatex -draftmode -interaction=nonstopmode -halt-on-error all.tex >log", f->path);
  if (system(command) != 0) fail_msg("%s", folder_read(f, "log"));
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(nothing_is_a_command), TEST(marks_and_letters), TEST(a_tabular), TEST(one_seed),
      TEST(latex_takes_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
