-- DW4: four particles in the plane, each pair in a double well, with the network of Klein et al. 2023: NLL, effective
-- sample size and log Z of straight and of Hessian paths. Weights are chosen on validation points.
local h = require "hifm"

local field = {
  "egnn", layers = 3, depth = 2, width = 32, activation = "silu", attention = true, tanh_range = 15,
  aggregation = "sum", normalise = true, initial_distance = true,
}
return h.experiment {
  title     = "DW4: straight and Hessian paths with the field's network",
  question  = "Do paths from the Hessian of a formation energy help a network of this class?",
  dataset   = { "dw4", train = 100000, test = 9000, validation = 1000 },
  network   = field,
  optimizer = { "adamw", lr = 5e-3, schedule = "cosine", warmup = 500, clip = 10 },
  train     = { batch = 256, epochs = 40, ema = 0.999 },
  measure   = { every = 5, solver = { "rk45", rtol = 1e-5, atol = 1e-5 } },
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
    dw4 = {
      title   = "DW4: NLL at 9,000 test points, ESS of 10,000 samples",
      columns = {
        { "Path", "flow" }, { "c", "flow.condition.c" }, { "NLL", "test.nll_best" }, { "ESS", "boltzmann.ess_best" },
        { "log Z", "boltzmann.log_z_bennett_best" }, { "entropy", "boltzmann.entropy_best" },
        { "KL", "boltzmann.kl_forward_best" }, { "NFE", "test.nfe_best" },
      },
    },
  },
  figures   = {
    energies  = { title = "DW4: energies of samples and data", histogram = "energy", audit = "boltzmann" },
    distances = { title = "DW4: pair distances of samples and data", histogram = "distance", audit = "boltzmann" },
  },
  profiles  = {
    -- Two minutes on two cores: it shows how the table looks, not which path is better.
    quick = {
      dataset   = { train = 10000, test = 500 },
      optimizer = { warmup = 20 },
      train     = { epochs = 2 },
      measure   = { every = 1 },
      audits    = { boltzmann = { ["measure.samples"] = 1000 } },
      seed      = 0,
    },
  },
}
