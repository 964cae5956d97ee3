# What Table 2 leaves out, from history.csv: how NLL and NFE move from epoch to epoch.
#   awk -F, -f results/lj13/epochs.awk results/lj13/history.csv | sort
# For each flow and seed: the first epoch whose likelihood could be solved, the first with an NLL
# below 30; of epochs 101 to 250 the median and the 10 % and 90 % quantiles of NLL, the mean NFE.
# Then mean differences in NLL over those epochs, paired by epoch: to OT, and of rows that differ in
# one stage.
NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
$at["nll"] == "" { next }
{
  epoch = $at["epoch"]; nll = $at["nll"]; name = $at["flow"]
  if (name == "formation")
    name = name " hyperbolize=" $at["flow.hyperbolize"] " project=" $at["flow.project"] \
      " isotropize=" $at["flow.isotropize"]
  row = name ", seed " $at["seed"]
  if (!(row in solved)) solved[row] = epoch
  if (nll < 30 && !(row in below)) below[row] = epoch
  if (epoch <= 100) next
  at_epoch[row, epoch] = nll
  value[row, ++count[row]] = nll
  nfe[row] += $at["nfe"]
}

function sort_values(row,    i, j, x) {
  for (i = 2; i <= count[row]; i++) {
    x = value[row, i]
    for (j = i - 1; j >= 1 && value[row, j] > x; j--) value[row, j + 1] = value[row, j]
    value[row, j + 1] = x
  }
}

function quantile(row, share) { return value[row, 1 + int(share * (count[row] - 1) + 0.5)] }

function tell_difference(row, other,    epoch, pairs, sum) {
  if (row == other || !(other in count)) return
  for (epoch = 101; epoch <= 250; epoch++)
    if ((row, epoch) in at_epoch && (other, epoch) in at_epoch) {
      pairs++
      sum += at_epoch[row, epoch] - at_epoch[other, epoch]
    }
  sub(/, seed .*/, "", other)
  printf "%s minus %s: %+.2f\n", row, other, sum / pairs
}

function without(row, stage) { sub(stage "=yes", stage "=no", row); return row }

END {
  for (row in count) {
    sort_values(row)
    printf "%s: solved from %d, below 30 from %d; median %.1f (%.1f to %.1f), NFE %.1f\n", row,
      solved[row], below[row], quantile(row, 0.5), quantile(row, 0.1), quantile(row, 0.9),
      nfe[row] / count[row]
    seed = row
    sub(/.*, seed/, "OT, seed", seed)
    tell_difference(row, seed)
    tell_difference(row, without(row, "isotropize"))
    tell_difference(row, without(row, "project"))
  }
}
