-- Fashion-MNIST: clothes, in the same format and number as MNIST (Xiao, Rasul & Vollgraf, arXiv
-- 1708.07747). The files are searched for in Debian's package dataset-fashion-mnist, if it is
-- installed, and in datasets/fashion_mnist/, plain or gzipped. If they are missing,
-- fashion_mnist.sh downloads them.
return {
  "images",
  folder = "/usr/share/datasets/fashion-mnist",
  train_file = "train-images-idx3-ubyte",
  test_file = "t10k-images-idx3-ubyte",
  train_content = "72968d157964e3bf187f8068aa8eb705",
  test_content = "62fd04365e6092f24fcc8055119e7157",
  fetch = "fashion_mnist.sh",
  seed = 0,

  -- Of all pixels; white is 1.
  check = {
    train_mean = { 0.2860, 0.00005 },
    train_deviation = { 0.3530, 0.00005 },
    test_mean = { 0.2868, 0.00005 },
    test_deviation = { 0.3524, 0.00005 },
  },
}
