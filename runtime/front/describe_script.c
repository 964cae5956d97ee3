#include "front/describe_script.h"

#include <string.h>

const described_topic DESCRIBED[DESCRIBED_TOPICS] = {
    {.word = "script",
     .meaning = "return h.experiment { key = ..., rule, ... }, a grid of runs",
     .keys = {{"title", "of the report: one line (hifm report)"},
              {"question", "what the grid asks; the report shows it below its title"},
              {"dataset", "a recipe of datasets/, mcmc, file or images"},
              {"network", "a plugin"},
              {"optimizer", "adamw, and its settings"},
              {"train", "how long to train, in which batches"},
              {"measure", "how and how often to measure"},
              {"flow", "a list of stages; the first one is the path"},
              {"seed", "of initial weights, batches, noise and probes"},
              {"schedule", "timeout, retries, seconds between checkpoints, threads"},
              {"audits", "further measurements of the trained weights"},
              {"profiles", "named changes, chosen with --profile"},
              {"tables", "tables of the results"},
              {"figures", "figures of the results"}},
     .example = "seed = h.grid { 0, 1 }, measure = { every = 2 },"},
    {.word = "tables",
     .meaning = "tables = { NAME = { ... }, ... }, made from runs.csv",
     .keys = {{"title", "a line above the table"},
              {"columns", "a list of { \"heading\", \"column\" }; hifm describe columns"},
              {"only", "conditions as of --only, or { setting = cell }: these rows"},
              {"sort", "columns, or { \"column\", descending = true }; default: as the grid"},
              {"spread", "a setting: numbers become a column for each of its cells"},
              {"mean_over", "settings over which means are taken, beside the seed"},
              {"paper", "a CSV file beside the script; its columns are paper.NAME"},
              {"ranks", "{ \"column\", paper = \"column\" }: each row's rank in each seed"},
              {"notes", "a list of lines below; {column:2} is a number with 2 digits"}},
     .inner = "of a column",
     .inner_keys = {{"digits", "digits after the point"},
                    {"minus", "{ setting = cell }: minus the row that has it and is else equal"},
                    {"error", "\"points\": with minus, ± is over test points, not over seeds"},
                    {"best", "\"least\" or \"largest\": the best number in bold"},
                    {"unit", "\"nats/dim\" or \"bits/dim\", of a number of nats"}},
     .example = "tables = { all = { columns = { { \"Seed\", \"seed\" },\n"
                "                               { \"NLL\", \"nll_min\", digits = 2 } },\n"
                "                   sort = \"nll_min\", notes = { \"NFE: {nfe_at_min:1}\" } } },"},
    {.word = "figures",
     .meaning = "figures = { NAME = { ... }, ... }, made by gnuplot from CSV files",
     .keys = {{"title", "a line above the figure"},
              {"x", "epoch (default), step, or a setting such as optimizer.lr"},
              {"log_x", "true: x is logarithmic"},
              {"panels", "up to four columns; hifm describe columns"},
              {"seeds", "\"none\", \"bars\" or \"band\": the spread over seeds"},
              {"facets", "a setting: panels beside each other for its cells"},
              {"only", "conditions as of --only, or { setting = cell }: these rows"},
              {"unfinished", "true: also lines of runs that are not finished, from checkpoints"},
              {"histogram", "in place of x and panels: \"energy\" or \"distance\" of samples"},
              {"audit", "of a histogram: whose samples; default: the rows' own"},
              {"weights", "of a histogram: \"best\" (default) or \"last\""}},
     .inner = "of a panel",
     .inner_keys = {{"title", "the words at its axis"}, {"log", "true: its axis is logarithmic"}},
     .example = "figures = { curves = { x = \"epoch\",\n"
                "    panels = { \"nll\", { \"nfe\", title = \"evaluations\" } } } },"},
    {.word = "audits",
     .meaning = "audits = { NAME = { [\"path\"] = value, ... }, ... }: each measures the best and\n"
                "the last weights of every run in another way. Nothing is trained. Paths are\n"
                "those of measure, dataset.test, and dataset.test_path, a file of points.\n"
                "Columns are NAME.nll_last, ...",
     .example = "audits = { tight = { [\"measure.solver.rtol\"] = 1e-5 } },"},
    {.word = "profiles",
     .meaning = "profiles = { NAME = { ... }, ... }: named changes to settings, schedule and\n"
                "audits. --profile NAME merges one over the experiment; several are merged in\n"
                "the order of the command line. A table without a plugin's name changes the\n"
                "settings that it has; a list, a plugin or a number replaces; h.none removes.",
     .example = "profiles = { quick = { train = { epochs = 1 }, seed = 0 } },"},
    {.word = "h.grid",
     .meaning = "h.grid { a, b }: a run with a and a run with b. Grids multiply. In a list it\n"
                "is one entry of several.",
     .example = "optimizer = { lr = h.grid { 1e-3, 1e-4 } }, seed = h.grid { 0, 1 },"},
    {.word = "h.maybe",
     .meaning = "h.maybe { \"stage\" }: runs without and with this entry of a list",
     .example = "flow = { { \"interpolant\" }, h.maybe { \"isotropize\" } },"},
    {.word = "h.none",
     .meaning = "h.none: no entry in a list; in a profile it removes a setting",
     .example = "flow = { { \"interpolant\" }, h.grid { h.none, { \"isotropize\" } } },"},
    {.word = "h.as",
     .meaning = "h.as(\"label\", value): the name of a choice in tables, --only and columns",
     .example = "flow = h.grid { h.as(\"OT\", { { \"transport\" } }),\n"
                "                h.as(\"one rate\", { { \"interpolant\" } }) },"},
    {.word = "h.zip",
     .meaning = "h.zip { [\"path\"] = list, ... }: settings that move together, a run for each\n"
                "place of the lists, which have equal lengths. A rule: an entry without a key.",
     .example = "h.zip { [\"optimizer.lr\"] = { 1e-3, 2e-3 }, [\"train.batch\"] = { 20, 40 } },"},
    {.word = "h.where",
     .meaning = "h.where(function(run) ... end): keeps the runs for which the function returns\n"
                "true, also those of h.also. A rule: an entry without a key.",
     .example = "seed = h.grid { 0, 1, 2 },\n"
                "h.where(function(run) return run.seed ~= 1 end),"},
    {.word = "h.also",
     .meaning = "h.also { ... }: more runs, the experiment with this table merged over it, but\n"
                "without its h.zip. A rule: an entry without a key.",
     .example = "h.also { network = { \"mlp\", width = 16 }, train = { batch = 20 } },"},
    {.word = "h.experiment",
     .meaning = "return h.experiment { ... }: the end of every script; hifm describe script",
     .example = "seed = 0,"},
};

static void print_keys(const described_key *keys, size_t count, FILE *out) {
  for (size_t i = 0; i < count && keys[i].name; i++)
    fprintf(out, "  %-10s  %s\n", keys[i].name, keys[i].meaning);
}

void described_print(const described_topic *it, FILE *out) {
  fprintf(out, "%s\n\n%s\n", it->word, it->meaning);
  if (it->keys[0].name) fprintf(out, "\n");
  print_keys(it->keys, DESCRIBED_KEYS, out);
  if (it->inner) fprintf(out, "%s:\n", it->inner);
  print_keys(it->inner_keys, sizeof it->inner_keys / sizeof *it->inner_keys, out);
  fprintf(out, "\nexample:\n");
  for (const char *line = it->example; *line;) {
    const size_t length = strcspn(line, "\n");
    fprintf(out, "  %.*s\n", (int)length, line);
    line += length + (line[length] == '\n');
  }
}
