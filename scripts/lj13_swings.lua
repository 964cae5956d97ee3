-- LJ13 with the paper's network: how much the NLL moves between epochs with a constant learning rate, as in the paper,
-- with one that falls, and with averaged weights.
local h = require "hifm"

return h.experiment {
  title     = "LJ13: how much the NLL moves between epochs",
  question  = "Is a difference between two flows larger than what an epoch more or less does?",
  dataset   = { "lj13", train = 100000, test = 1000 },
  network   = { "egnn", layers = 1, depth = 4, width = 150 },
  optimizer = { "adamw", lr = 1e-4 },
  train     = { batch = 1000, epochs = 100 },
  measure   = { every = 1, solver = { "rk45", rtol = 1e-3, atol = 1e-3 } },
  flow      = h.grid {
    h.as("OT", { { "transport" } }),
    h.as("hyperbolize", { { "hessian", energy = "formation" }, { "condition", c = 2 }, { "hyperbolize" } }),
  },
  h.zip {
    ["optimizer.schedule"] = { "constant", "cosine", "constant" },
    ["train.ema"]          = { 0, 0, 0.999 },
  },
  tables    = {
    swings = {
      title   = "LJ13: NLL over the epochs 51 to 100",
      columns = {
        { "Method", "flow" }, { "Schedule", "optimizer.schedule" }, { "EMA", "train.ema" },
        { "Median", "history.nll_median", digits = 2 }, { "10 to 90 %", "history.nll_spread", digits = 2 },
        { "Least", "nll_min", digits = 2 }, { "Last epoch", "nll_last", digits = 2 },
      },
      notes   = { "At 1,000 test points and tolerances of 1e-3; standard error of one NLL {nll_last_se:2}." },
    },
  },
  figures   = { swings = { title = "LJ13: NLL while training", x = "epoch", panels = { "nll" } } },
  profiles  = {
    -- Two minutes: it shows how the table looks.
    quick = {
      dataset = { train = 10000, test = 100 },
      network = { distance = "log" },
      train   = { batch = 500, epochs = 12 },
    },
  },
}
