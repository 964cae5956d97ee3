-- DW4: 4 particles in the plane, each pair of them in a double well (Koehler, Klein & Noe, ICML
-- 2020), sampled here by Hamiltonian Monte Carlo. The density is exp(-U), where U counts each pair
-- once. Test points come from separate chains.
return {
  "mcmc",
  energy = { "dw4", a = 0, b = -4, c = 0.9, d0 = 4 },
  particles = 4,
  space = 2,
  train_pool = 100000,
  test_pool = 10000,
  chains = 200,
  warmup = 1000,
  thin = 100,
  leapfrog = 20,
  acceptance = 0.8,
  spread = 3,
  seed = 0,

  -- From 200,000 points of other chains (seed 77), and from Metropolis sampling by another program
  -- (4,000 chains): -22.5437 +- 0.0042 and -22.5395 +- 0.0028 for the energy.
  check = {
    mean_energy = { -22.541, 0.003 },
    mean_radius = { 27.266, 0.013 },
  },
}
