/* The parts of the front end that are written in Lua: script.c runs them around a script. Pieces
 * of text, NULL-ended. */
#ifndef PLAN_VOCABULARY_H
#define PLAN_VOCABULARY_H

/* What a script can say: a chunk called with load_module(name), which takes the dangerous and the
 * random out of the globals and puts in ordered pairs and require "hifm". Returns kind_of, a table
 * that knows what h.* made: kind_of[t] is "grid" { choices... }, "none" {}, "label" { label, value
 * }, "zip" { lists }, "where" { function }, "also" { table }, "experiment" { table } or nil; and
 * next, which scripts do not have. */
extern const char *const vocabulary_words[];

/* From what a script returned to a tree: a chunk called with kind_of, next and four functions,
 *   open(key, kind, label)  begins a "list", "map", "grid", "none" or "label" below the open node
 *   put(key, scalar)        adds a text, number or boolean to it
 *   close()                 ends it
 *   refuse(path, message)   raises an error about a declared value
 * where key is nil outside maps. Returns three functions: read_experiment(t) makes a map of
 * "sections" and "rules", read_recipe(t) the recipe's tree, keeps(i, run) calls where function i.
 */
extern const char *const vocabulary_reader[];

#endif
