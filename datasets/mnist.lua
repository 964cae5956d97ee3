-- MNIST: handwritten digits of 28 x 28 pixels, 60,000 for training and 10,000 for tests (LeCun,
-- Bottou, Bengio & Haffner, Proceedings of the IEEE 86, 1998). The files are searched for in
-- datasets/mnist/, plain or gzipped. If they are missing, mnist.sh downloads them.
return {
  "images",
  train_file = "train-images-idx3-ubyte",
  test_file = "t10k-images-idx3-ubyte",
  train_content = "b9299a92fe5d16639f9742380a93f690",
  test_content = "8a50b22beadcb47d5a6cbbcd2dee2f94",
  fetch = "mnist.sh",
  seed = 0,

  -- Of all pixels; white is 1.
  check = {
    train_mean = { 0.1307, 0.00005 },
    train_deviation = { 0.3081, 0.00005 },
    test_mean = { 0.1325, 0.00005 },
    test_deviation = { 0.3105, 0.00005 },
  },
}
