/* CSV tables: exact round trips, and hostile files that must be refused with their line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/csv_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[200], path[256];

static int make_folder(void **state) {
  (void)state;
  const char *root = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%s/hifm-rows-XXXXXX", root ? root : "/tmp");
  if (!mkdtemp(folder)) return -1;
  snprintf(path, sizeof path, "%s/in.csv", folder);
  return 0;
}

static int remove_folder(void **state) {
  (void)state;
  unlink(path);
  return rmdir(folder);
}

static void put_file(const char *bytes, size_t length) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, length, file), length);
  assert_int_equal(fclose(file), 0);
}

static status_code read_bytes(csv_table *table, const char *bytes, size_t length, failure *err) {
  put_file(bytes, length);
  return csv_table_read(table, path, err);
}

/* Header and rows with | between cells and ; after each row. */
static void join(const csv_table *table, char *text, size_t room) {
  size_t used = 0;
  for (size_t i = 0; i <= table->count; i++) {
    const char **cells = i ? table->cells[i - 1] : table->header;
    for (size_t j = 0; j < table->columns; j++)
      used += (size_t)snprintf(text + used, room - used, "%s%s", j ? "|" : "", cells[j]);
    used += (size_t)snprintf(text + used, room - used, ";");
  }
  assert_true(used < room);
}

static void test_good(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"a\n", "a;"},
      {"a,b\n1,2\n", "a|b;1|2;"},
      {"a,b\n1,2\n\n\n3,4\n", "a|b;1|2;3|4;"},
      {"\n\na,b\n", "a|b;"},
      {"a,b\r\n1,2\r\n", "a|b;1|2;"},
      {"a,b\n,\n", "a|b;|;"},
      {"a,b\n\"\",\"\"\n", "a|b;|;"},
      {"a\n\"\"\n", "a;;"},
      {"a,b\n 1 ,\t2\n", "a|b; 1 |\t2;"},
      {"a,b\n\"x,y\",\"\"\"q\"\"\"\n", "a|b;x,y|\"q\";"},
      {"a,b\n\"line\none\",2\n", "a|b;line\none|2;"},
      {"\"a\",\"b\"\n1,2\n", "a|b;1|2;"},
      {"a,A\n1,2\n", "a|A;1|2;"},
      {",b\n1,2\n", "|b;1|2;"},
      {"\xc3\xa9,b\n\xff,\xe2\x82\xac\n", "\xc3\xa9|b;\xff|\xe2\x82\xac;"},
      {"a,b\n'1','2'\n", "a|b;'1'|'2';"},
      {"a;b\n1;2\n", "a;b;1;2;"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    csv_table table;
    failure err = {0};
    char seen[200];
    if (read_bytes(&table, cases[i][0], strlen(cases[i][0]), &err))
      fail_msg("\"%s\": %s", cases[i][0], err.message);
    join(&table, seen, sizeof seen);
    assert_string_equal(seen, cases[i][1]);
    assert_int_equal(csv_table_write(&table, path, NULL), STATUS_OK);
    csv_table_close(&table);
    assert_int_equal(csv_table_read(&table, path, NULL), STATUS_OK);
    join(&table, seen, sizeof seen);
    assert_string_equal(seen, cases[i][1]);
    csv_table_close(&table);
  }
}

static void test_written_bytes(void **state) {
  (void)state;
  static const char *const header[] = {"name", "a b", "x,y"};
  static const char *const cells[][3] = {
      {"plain", " spaced ", "1,5"}, {NULL, "", "\"q\""}, {"two\nlines", "cr\r", "e\xc3\xa9"}};
  static const char expected[] = "name,a b,\"x,y\"\nplain, spaced ,\"1,5\"\n,,\"\"\"q\"\"\"\n"
                                 "\"two\nlines\",\"cr\r\",e\xc3\xa9\n";
  csv_table table;
  csv_table_begin(&table, header, 3);
  assert_int_equal(table.count, 0);
  for (size_t i = 0; i < 3; i++) csv_table_add(&table, cells[i]);
  assert_int_equal(csv_table_write(&table, path, NULL), STATUS_OK);
  assert_int_equal(csv_table_column(&table, "x,y"), 2);
  assert_int_equal(csv_table_column(&table, "x"), -1);
  csv_table_close(&table);
  assert_null(table.memory.last);
  char seen[200] = "";
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  assert_int_equal(fread(seen, 1, sizeof seen - 1, file), sizeof expected - 1);
  fclose(file);
  assert_string_equal(seen, expected);
}

static void test_many_rows(void **state) {
  (void)state;
  static const char *const header[] = {"i", "square"};
  csv_table table;
  csv_table_begin(&table, header, 2);
  for (int i = 0; i < 10000; i++) {
    char cell[2][16];
    snprintf(cell[0], sizeof cell[0], "%d", i);
    snprintf(cell[1], sizeof cell[1], "%d", i * i);
    csv_table_add(&table, (const char *const[]){cell[0], cell[1]});
  }
  assert_int_equal(csv_table_write(&table, path, NULL), STATUS_OK);
  csv_table_close(&table);
  assert_int_equal(csv_table_read(&table, path, NULL), STATUS_OK);
  assert_int_equal(table.count, 10000);
  for (int i = 0; i < 10000; i++) {
    assert_int_equal(atoi(table.cells[i][0]), i);
    assert_int_equal(atoi(table.cells[i][1]), i * i);
  }
  csv_table_close(&table);
}

static void refuse(const char *bytes, size_t length, int line, const char *words) {
  csv_table table;
  failure err = {0};
  char start[300];
  snprintf(start, sizeof start, "%s:%d: ", path, line);
  status_code status = read_bytes(&table, bytes, length, &err);
  if (status != STATUS_BAD_INPUT) fail_msg("\"%.40s\" gave status %d", bytes, (int)status);
  if (strncmp(err.message, start, strlen(start)) != 0 || !strstr(err.message, words))
    fail_msg("\"%.40s\" gave \"%s\", not line %d with \"%s\"", bytes, err.message, line, words);
  assert_int_equal(err.status, STATUS_BAD_INPUT);
  assert_null(table.memory.last);
  csv_table_close(&table);
}

static void test_bad(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int line;
    const char *words;
  } cases[] = {
      {"", 1, "no header"},
      {"\n\n", 1, "no header"},
      {"\r\n", 1, "no header"},
      {"a", 1, "no newline"},
      {"a,b", 1, "no newline"},
      {"a,", 1, "no newline"},
      {",", 1, "no newline"},
      {"a,b\n1", 2, "no newline"},
      {"a,b\n1,2", 2, "no newline"},
      {"a,b\n1,2\n3,", 3, "no newline"},
      {"a,b\n1,2\n3,\"4\"", 3, "no newline"},
      {"a,b\r\n1,2\r\n3", 3, "no newline"},
      {"a,b\n1\n", 2, "a row of 1 cells under a header of 2"},
      {"a,b\n1,2\n3\n4,5\n", 3, "a row of 1 cells"},
      {"a,b\n1,2,3\n", 2, "a row of 3 cells under a header of 2"},
      {"a,b\n1,2,\n", 2, "a row of 3 cells"},
      {"a,b\n \n", 2, "a row of 1 cells"},
      {"a,b\n\"\"\n", 2, "a row of 1 cells"},
      {"a\n,\n", 2, "a row of 2 cells"},
      {"a,b\n1;2\n", 2, "a row of 1 cells"},
      {"a,b\n\n\n1\n", 4, "a row of 1 cells"},
      {"a,b\n\"1\n1\",2\n3\n", 4, "a row of 1 cells"},
      {"a,b\r1\r2\r", 1, "a row of 1 cells"},
      {"a,b\n1,2\n3,4,5\n6\n", 3, "a row of 3 cells"},
      {"a,a\n1,2\n", 1, "\"a\" twice"},
      {"a,b,a\n", 1, "\"a\" twice"},
      {",\n", 1, "\"\" twice"},
      {"a,\"a\"\n", 1, "\"a\" twice"},
      {"\n\nb,b\n", 3, "\"b\" twice"},
      {"a,b\n\"1,2\n", 3, "quote"},
      {"a,b\n1,\"2\n3,4\n", 4, "quote"},
      {"\"a", 1, "quote"},
      {"\"", 1, "quote"},
      {"a,b\n1,\"", 2, "quote"},
      {"a,b\n1\",2\n", 2, "quote"},
      {"a,b\n1,2\"3\n", 2, "quote"},
      {"a,b\n\"1\"x,2\n", 2, "quote"},
      {"a,b\n\"1\" ,2\n", 2, "quote"},
      {"a,b\n \"1\",2\n", 2, "quote"},
      {"a,b\n\"1\"\"\",\"2\n", 3, "quote"},
      {"a,b\n1,2\n\"3\"\"\n", 4, "quote"},
      {"\xef\xbb\xbf"
       "a,b\n1,2\n",
       1, "byte-order mark"},
      {"\xef\xbb\xbf", 1, "byte-order mark"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    refuse(cases[i].text, strlen(cases[i].text), cases[i].line, cases[i].words);
}

static void test_nul(void **state) {
  (void)state;
  refuse("\0", 1, 1, "NUL");
  refuse("a,b\n1,\0\n", 8, 2, "NUL");
  refuse("a,b\n1,2\n\"\0\",2\n", 14, 3, "NUL");
  refuse("\xff\xfe"
         "a\0,\0b\0\n\0",
         10, 1, "NUL");
}

static void test_many_columns(void **state) {
  (void)state;
  static char text[20001];
  memset(text, ',', sizeof text);
  text[sizeof text - 1] = '\n';
  refuse(text, sizeof text, 1, "20001 columns; at most 10000");
}

/* A cell of 100 MB, which is refused for the size of its file; the file has holes, not data. */
static void test_huge_cell(void **state) {
  (void)state;
  put_file("a\n\"", 3);
  assert_int_equal(truncate(path, 100 << 20), 0);
  csv_table table;
  failure err = {0};
  assert_int_equal(csv_table_read(&table, path, &err), STATUS_BAD_INPUT);
  assert_non_null(strstr(err.message, path));
  assert_null(table.memory.last);
}

static void test_missing(void **state) {
  (void)state;
  csv_table table;
  failure err = {0};
  assert_int_equal(csv_table_read(&table, "/nonexistent/x.csv", &err), STATUS_NO_INPUT);
  assert_non_null(strstr(err.message, "/nonexistent/x.csv"));
  csv_table_close(&table);
}

/* Whatever a damaged file is, the answer is a whole table or STATUS_BAD_INPUT. */
static void test_mutations(void **state) {
  (void)state;
  static const char good[] = "name,c,\"x,y\"\r\nlj13,0.1,\"a \"\"b\"\"\"\n\"two\nlines\",,-2e5\n"
                             "w4,1,\xc3\xa9\n,,\n";
  static const char marks[] = "\",\n\r \0a";
  uint64_t seed = 1;
  size_t refused = 0;
  for (int round = 0; round < 2000; round++) {
    char text[sizeof good];
    memcpy(text, good, sizeof good);
    size_t length = sizeof good - 1;
    for (int change = 0; change <= round % 3; change++) {
      seed = seed * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX generator */
      char byte = round % 2 ? (char)(seed >> 24) : marks[(seed >> 24) % 7];
      text[(seed >> 33) % length] = byte;
    }
    if (round % 5 == 0) length = (seed >> 40) % length;
    csv_table table;
    status_code status = read_bytes(&table, text, length, NULL);
    assert_true(status == STATUS_OK || status == STATUS_BAD_INPUT);
    for (size_t i = 0; i < table.count; i++)
      for (size_t j = 0; j < table.columns; j++) assert_true(strlen(table.cells[i][j]) < length);
    refused += status == STATUS_BAD_INPUT;
    csv_table_close(&table);
  }
  assert_in_range(refused, 500, 1999);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_good),      cmocka_unit_test(test_written_bytes),
      cmocka_unit_test(test_many_rows), cmocka_unit_test(test_bad),
      cmocka_unit_test(test_nul),       cmocka_unit_test(test_many_columns),
      cmocka_unit_test(test_huge_cell), cmocka_unit_test(test_missing),
      cmocka_unit_test(test_mutations),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
