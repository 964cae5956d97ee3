/* What a run is: BLAKE2b-128 of canonical JSON, never of an index, a time or a path.
 *
 *   data id     the dataset's settings without train, test and validation (files: their content,
 *               not their path, and of files with repeated rows how these are split, or that none
 *               is for tests; images: without range and dequantise, which the ids below have)
 *   modes id    data id, number of training points, energy
 *   train id    data id, number of training points, network, optimizer, train without keep and
 *               keep_state, flow, seed; with train.patience also what decides when it stops:
 *               number of validation points, measure
 *   stem        the train id without epochs and steps: of two trainings with one stem, the longer
 *               begins as the shorter; none where the learning rate depends on the length
 *   measure id  train id, number of test points (or of validation points), the content of the own
 *               file where they are of one, measure; with samples also the energy of a file
 *   family      the measure id with the default of measure.every: measurements of one family are
 *               the same at different epochs
 *
 * each with the revisions of the plugins it uses; with measure.samples also that of the scorecard.
 * The measure id of an audit also has "of", the measure id of its row: two rows of one training may
 * have different best weights; it is always of test points. The JSON has the settings that differ
 * from their defaults plus those that have none. So a setting that is added to hifm later, with the
 * default that gives the old numbers, makes no old result stale. */
#ifndef PLAN_IDENTITY_H
#define PLAN_IDENTITY_H

#include "base/failure.h"
#include "base/value.h"

typedef struct identity {
  char data[33], modes[33], train[33], measure[33], family[33]; /* modes "": needs no Hessian */
  char stem[33];                                                /* "": none */
} identity;

/* config is a resolved run; the catalogue gives defaults and revisions. */
status_code identity_of(const value *config, const value *catalogue, identity *out, failure *err);

/* The data id alone; only the dataset of config is read. */
status_code identity_of_data(const value *config, const value *catalogue, char hex[33],
                             failure *err);

/* The measure id alone, of a run with this train id; only dataset and measure of config are read.
 * of: the measure id of the row that this audits; NULL: it is not an audit. */
status_code identity_of_measure(const value *config, const value *catalogue, const char *train,
                                const char *of, char hex[33], failure *err);

/* A short readable word for folder names ([a-z0-9_-], at most 40): dataset, network, path stage,
 * the first letters of the other stages: lj13-egnn-hessian-cond-hype-anis. */
const char *identity_slug(arena *a, const value *config);

#endif
