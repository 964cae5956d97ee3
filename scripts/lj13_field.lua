-- LJ13 with the network of Klein et al. 2023: NLL, effective sample size and log Z of straight and of Hessian paths.
-- Weights are chosen on validation points. scripts/dw4.lua is the same for four particles in the plane.
local h = require "hifm"

local field = {
  "egnn", layers = 3, depth = 2, width = 32, activation = "silu", attention = true, tanh_range = 15,
  aggregation = "sum", normalise = true, initial_distance = true,
}
return h.experiment {
  title     = "LJ13: straight and Hessian paths with the field's network",
  question  = "Do paths from the Hessian of a formation energy help a network of this class?",
  dataset   = { "lj13", train = 100000, test = 9000, validation = 1000 },
  network   = field,
  optimizer = { "adamw", lr = 5e-3, schedule = "cosine", warmup = 500, clip = 10 },
  train     = { batch = 256, epochs = 60, ema = 0.999 },
  measure   = { every = 20, solver = { "rk45", rtol = 1e-5, atol = 1e-5 } },
  -- The interpolant of eq. 19 with kappa = 1 is not here: its path is that of OT.
  flow      = h.grid {
    h.as("OT", { { "transport" } }),
    h.as("Hessian", {
      { "hessian", energy = "formation" }, { "condition", c = h.grid { 1, 2, 10 } }, { "hyperbolize" },
    }),
  },
  seed      = h.grid { 0, 1, 2 },
  audits    = { boltzmann = { ["measure.samples"] = 10000 } },
  tables    = {
    field = {
      title   = "LJ13: NLL at 9,000 test points, ESS of 10,000 samples",
      columns = {
        { "Path", "flow" }, { "c", "flow.condition.c" }, { "NLL", "test.nll_best" }, { "ESS", "boltzmann.ess_best" },
        { "log Z", "boltzmann.log_z_bennett_best" }, { "entropy", "boltzmann.entropy_best" },
        { "KL", "boltzmann.kl_forward_best" }, { "NFE", "test.nfe_best" },
      },
    },
  },
  profiles  = {
    -- A few minutes on two cores: it shows how the table looks, not which path is better.
    quick = {
      dataset   = { train = 10000, test = 200, validation = 100 },
      optimizer = { warmup = 20 },
      train     = { epochs = 4 },
      measure   = { every = 2, solver = { "rk45", rtol = 1e-3, atol = 1e-3 } },
      audits    = { boltzmann = { ["measure.samples"] = 200 } },
      seed      = 0,
    },
  },
}
