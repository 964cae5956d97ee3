-- LJ13: Table 2 and Figure 4 of the paper. Ten flows, each with three seeds.
local h = require "hifm"

return h.experiment {
  title     = "LJ13: Table 2 and Figure 4 of Hessian-Informed Flow Matching",
  question  = "Does a path whose rates come from the Hessian of an energy give a better likelihood of 13 "
    .. "Lennard-Jones particles than a straight path?",
  dataset   = { "lj13", train = 100000, test = 100 },
  network   = { "egnn", layers = 1, depth = 4, width = 150 },
  optimizer = { "adamw", lr = 1e-4 },
  train     = { batch = 1000, epochs = 250 },
  measure   = { every = 1, solver = { "rk45", rtol = 1e-2, atol = 1e-2 } },
  flow      = h.grid {
    h.as("OT",          { { "transport" } }),
    h.as("interpolant", { { "interpolant", kappa = 1 } }),
    h.as("formation",   {
      { "hessian", energy = "formation" },
      { "condition", c = 2 },
      h.maybe { "hyperbolize" },
      h.grid { { "anisotropic", gamma = 1e-10 }, { "isotropize", gamma = 1e-10 } },
      h.maybe { "project" },
    }),
  },
  seed      = h.grid { 0, 1, 2 },

  -- The same weights measured again: at all test points, and at all test points with a tight
  -- tolerance.
  audits    = {
    all   = { ["dataset.test"] = 10000 },
    tight = { ["dataset.test"] = 10000, ["measure.solver.rtol"] = 1e-5,
              ["measure.solver.atol"] = 1e-5 },
  },

  profiles  = {
    -- The same ten rows in two minutes, enough to see differences between them. This is not the
    -- paper's setting: 640 steps with a larger learning rate, and edges see log(1 + d^2) in place of
    -- d^2. With it the network is better than any linear field after 200 steps instead of 2000.
    quick = {
      dataset   = { train = 20000 },
      network   = { distance = "log" },
      optimizer = { lr = 3e-4 },
      train     = { batch = 500, epochs = 16 },
      audits    = { all = { ["dataset.test"] = 1000 }, tight = { ["dataset.test"] = 1000 } },
      seed      = 0,
    },
  },

  tables    = {
    table2 = {
      title   = "LJ13: negative log-likelihood and function evaluations (Table 2)",
      columns = {
        { "Method", "flow" },
        { "Project", "flow.project" },
        { "Hyperbolize", "flow.hyperbolize" },
        { "Isotropize", "flow.isotropize" },
        { "NLL", "nll_min", digits = 3 },
        { "NFE", "nfe_at_min" },
        { "NLL (paper)", "paper.nll", digits = 3 },
        { "NFE (paper)", "paper.nfe" },
      },
      sort    = "nll_min",
      ranks   = { "nll_min", paper = "nll" },
      paper   = "lj13_table2.csv",
      notes   = { "NLL: the minimum over the epochs, at 100 test points, as in the paper." },
    },
    -- The same runs, but not at the epoch that is best by chance at 100 points.
    table2_audit = {
      title   = "LJ13: what these numbers are worth",
      columns = {
        { "Method", "flow" },
        { "Project", "flow.project" },
        { "Hyperbolize", "flow.hyperbolize" },
        { "Isotropize", "flow.isotropize" },
        { "Best epoch", "nll_min", digits = 2 },
        { "... more points", "all.nll_best", digits = 2 },
        { "... NFE", "all.nfe_best" },
        { "... rtol 1e-5", "tight.nll_best", digits = 2 },
        { "... minus OT", "tight.nll_best", minus = "flow=OT", digits = 2 },
        { "... NFE at 1e-5", "tight.nfe_best" },
        { "Last epoch", "nll_last", digits = 2 },
        { "more points", "all.nll_last", digits = 2 },
        { "rtol 1e-5", "tight.nll_last", digits = 2 },
      },
      sort    = "tight.nll_best",
      ranks   = { "tight.nll_best", paper = "nll" },
      paper   = "lj13_table2.csv",
      notes   = {
        "Standard errors: {nll_min_se:2} at the best epoch, {all.nll_best_se:2} with more points.",
        "At the same points: identity flow {tight.nll_identity:2}, best isotropic Gaussian "
          .. "{tight.nll_gaussian:2}. At others, with a larger network, OT of Klein et al. (2023): 16.99.",
      },
    },
  },

  figures   = {
    figure4 = {
      title  = "LJ13: held-out NLL and NFE while training (Figure 4)",
      x      = "epoch",
      panels = { "nll", "nfe" },
    },
  },
}
