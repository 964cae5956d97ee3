/* Figures within an HTML page: the ids of two do not meet, and only pictures are let in. */
#include "folder.h"

#include "base/text.h"
#include "report/page.h"

static const char *figure(folder *f, const char *svg, const char *prefix) {
  text_buffer text = {0};
  failure err = {0};
  if (page_add_figure(&text, svg, prefix, &err) != STATUS_OK) fail_msg("%s", err.message);
  const char *copy = arena_text(&f->memory, text.text);
  free(text.text);
  return copy;
}

static void ids_have_a_prefix(void **state) {
  folder *f = *state;
  assert_string_equal(
      figure(f,
             "<?xml version=\"1.0\"?>\n<svg width='9' id=\"x\"><title>Gnuplot</title>\n"
             "<g id='y' clip-path=\"url(#x)\"><title>1 &lt; 2</title><use xlink:href='#y'/>"
             "<text>id=\"z\" href='#z' ]]> &lt;b></text></g></svg>\n",
             "a-"),
      "<div class=\"box figure\" tabindex=\"0\"><svg width='9' id=\"a-x\">\n"
      "<g id='a-y' clip-path=\"url(#a-x)\"><use xlink:href='#a-y'/>"
      "<text>id=\"z\" href='#z' ]]> &lt;b></text></g></svg>\n</div>\n");
}

static void refused(const char *svg, const char *words) {
  text_buffer text = {0};
  failure err = {0};
  assert_int_equal(page_add_figure(&text, svg, "a-", &err), STATUS_BAD_INPUT);
  if (!strstr(err.message, words)) fail_msg("\"%s\" is not in: %s", words, err.message);
  free(text.text);
}

static void only_pictures(void **state) {
  (void)state;
  refused("", "no <svg");
  refused("<html>", "no <svg");
  refused("<svg><script>x</script></svg>", "it has <script>");
  refused("<svg><a href=\"#x\">x</a></svg>", "it has <a ");
  refused("<svg><foreignObject/></svg>", "it has <foreignObject");
  refused("<svg><image href=\"x.png\"/></svg>", "it has <image");
  refused("<svg><use xlink:href='https://x/y.svg#z'/></svg>", "it has <use");
  refused("<svg><rect fill=\"url(x.svg#y)\"/></svg>", "it has <rect");
  refused("<svg><!-- x --></svg>", "it has <!--");
  refused("<svg><title>x", "it has <title>x");
  refused("<svg><g id='x></svg>", "it has <g id");
  refused("<svg><", "it has <");
}

/* Every link of a real figure leads to an id of the same figure, and each id has the prefix. */
static void figures_of_the_tree(void **state) {
  folder *f = *state;
  static const char *const FILES[] = {"lj13/figure4.svg", "mnist/figure3.svg"};
  for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
    char *svg = NULL;
    size_t length, links = 0;
    const char *path = arena_format(&f->memory, "%s/results/%s", TEST_SOURCE_DIR, FILES[i]);
    assert_int_equal(files_read(path, 1 << 24, &svg, &length, NULL), STATUS_OK);
    const char *html = figure(f, svg, "fig-");
    for (const char *at = html; (at = strstr(at, "href='#")); links++) {
      at += strlen("href='#");
      const char *id = arena_format(&f->memory, " id='%.*s'", (int)strcspn(at, "'"), at);
      assert_true(strncmp(at, "fig-", 4) == 0);
      if (links < 20 || links % 100 == 0) assert_non_null(strstr(html, id));
    }
    assert_true(links > 50);
    assert_null(strstr(html, " id='gp"));
    assert_null(strstr(html, "<title"));
    free(svg);
  }
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)
  const struct CMUnitTest tests[] = {TEST(ids_have_a_prefix), TEST(only_pictures),
                                     TEST(figures_of_the_tree)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
