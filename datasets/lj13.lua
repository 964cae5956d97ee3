-- LJ13: 13 particles in three dimensions at equilibrium under a Lennard-Jones energy with a
-- harmonic trap (Koehler, Klein & Noe, ICML 2020), sampled here by Hamiltonian Monte Carlo.
-- The density is exp(-U), where U counts every ordered pair: each unordered pair twice. Test points
-- come from separate chains.
return {
  "mcmc",
  energy = { "lennard_jones", epsilon = 1, r_min = 1, oscillator = 1, pairs = "ordered" },
  particles = 13,
  space = 3,
  train_pool = 100000,
  test_pool = 10000,
  chains = 200,
  warmup = 1000,
  thin = 40,
  leapfrog = 20,
  acceptance = 0.8,
  spread = 1,
  seed = 0,

  -- From 20,000 samples published with that paper; mean_radius is <sum_i |x_i - mean|^2>.
  check = {
    mean_energy = { -43.06, 0.05 },
    mean_radius = { 18.09, 0.05 },
  },
}
