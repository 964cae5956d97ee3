-- MNIST: Table 1 and Figure 3 of the paper. The size is for two cores and a few hours: half the
-- width, 20 epochs with three times the learning rate. The profile `paper` has the paper's size.
local h = require "hifm"

-- One row for each kappa. With the clock t most times are near the data, where z moves slowly. With
-- the clock z they are uniform in z; then alpha cancels, and data and interpolant are the same path.
local function rows(stage, clock)
  local list = {}
  for i, kappa in ipairs { 0.5, 1, 1.5 } do
    list[i] = h.as(stage .. " " .. kappa .. " " .. clock, { clock = clock, { stage, kappa = kappa } })
  end
  return h.grid(list)
end

return h.experiment {
  title     = "MNIST: Table 1 and Figure 3 of Hessian-Informed Flow Matching",
  question  = "How do the path, its rate kappa and the clock change the likelihood of held-out images?",
  dataset   = { "mnist", train = 50000, test = 100 },
  network   = { "unet", width = 16 },
  optimizer = { "adamw", lr = 3e-4 },
  train     = { batch = 500, epochs = 20 },
  measure   = { every = 2, divergence = "hutchinson", solver = { "rk45", rtol = 1e-2, atol = 1e-2 } },
  flow      = h.grid {
    h.as("OT", { { "transport" } }), -- its t is z
    rows("interpolant", "t"),
    rows("data", "t"),
    rows("interpolant", "z"),
  },
  seed      = 0,

  audits    = {
    all   = { ["dataset.test"] = 1000 },
    tight = { ["measure.solver.rtol"] = 1e-5, ["measure.solver.atol"] = 1e-5 },
  },

  profiles  = {
    -- A test of some minutes: a tenth of the images, 250 steps.
    quick = {
      dataset   = { train = 5000, test = 50 },
      optimizer = { lr = 1e-3 },
      train     = { batch = 100, epochs = 5 },
      audits    = { all = { ["dataset.test"] = 100 } },
    },
    paper = {
      network   = { width = 32 },
      optimizer = { lr = 1e-4 },
      train     = { epochs = 50 },
      measure   = { every = 1 },
      seed      = h.grid { 0, 1, 2 },
    },
  },

  tables    = {
    table1 = {
      title   = "MNIST: negative log-likelihood and function evaluations (Table 1)",
      columns = {
        { "Method, kappa, clock", "flow" },
        { "NLL", "nll_min", digits = 1 },
        { "Bits/dim", "nll_min", unit = "bits/dim", digits = 3 },
        { "NFE", "nfe_at_min" },
        { "NLL (paper)", "paper.nll" },
        { "NFE (paper)", "paper.nfe" },
      },
      sort    = "nll_min",
      ranks   = { "nll_min", paper = "nll" },
      paper   = "mnist_table1.csv",
      notes   = {
        "NLL in nats, the minimum over the measured epochs; Hutchinson's trace; pixels in [0, 1], not "
          .. "dequantised. Bits/dim: NLL / (784 ln 2), of the density.",
      },
    },
    table1_audit = {
      title   = "MNIST: what these numbers are worth",
      columns = {
        { "Method, kappa, clock", "flow" },
        { "Best epoch", "nll_min", digits = 1 },
        { "... 1000 images", "all.nll_best", digits = 1 },
        { "... 100, rtol 1e-5", "tight.nll_best", digits = 1 },
        { "... NFE", "tight.nfe_best" },
        { "Last epoch", "nll_last", digits = 1 },
        { "1000 images", "all.nll_last", digits = 1 },
        { "100, rtol 1e-5", "tight.nll_last", digits = 1 },
      },
      sort    = "all.nll_best",
      ranks   = { "all.nll_best", paper = "nll" },
      paper   = "mnist_table1.csv",
      notes   = {
        "Standard errors over images, each with a probe of its own: {nll_min_se:1} at the best "
          .. "epoch, {all.nll_best_se:1} with 1000 images.",
        "At the 1000 images: identity flow {all.nll_identity:1}, best isotropic Gaussian about 0 "
          .. "{all.nll_gaussian:1}.",
      },
    },
  },

  figures   = {
    figure3 = {
      title  = "MNIST: held-out NLL and NFE while training (Figure 3)",
      x      = "epoch",
      panels = { "nll", "nfe" },
    },
  },
}
