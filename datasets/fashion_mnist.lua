-- Fashion-MNIST: articles of clothing in the form and numbers of MNIST, whose place it can take
-- (Xiao, Rasul & Vollgraf, arXiv 1708.07747). The files are those of Debian's package
-- dataset-fashion-mnist where that is installed, or lie in datasets/fashion_mnist/, plain or
-- gzip'ed; else fashion_mnist.sh brings them.
return {
  "images",
  folder = "/usr/share/datasets/fashion-mnist",
  train_file = "train-images-idx3-ubyte",
  test_file = "t10k-images-idx3-ubyte",
  train_content = "72968d157964e3bf187f8068aa8eb705",
  test_content = "62fd04365e6092f24fcc8055119e7157",
  fetch = "fashion_mnist.sh",
  seed = 0,

  -- Of all pixels, white being 1.
  check = {
    train_mean = { 0.2860, 0.00005 },
    train_deviation = { 0.3530, 0.00005 },
    test_mean = { 0.2868, 0.00005 },
    test_deviation = { 0.3524, 0.00005 },
  },
}
