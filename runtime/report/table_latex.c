#include "report/table_parts.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

typedef struct spelling {
  const char *text, *latex;
} spelling;

static const spelling SPELLINGS[] = {
    {"\\", "\\textbackslash{}"},
    {"{", "\\{"},
    {"}", "\\}"},
    {"$", "\\$"},
    {"&", "\\&"},
    {"#", "\\#"},
    {"%", "\\%"},
    {"_", "\\_"},
    {"~", "\\textasciitilde{}"},
    {"^", "\\textasciicircum{}"},
    /* Other letters in the font that LaTeX starts with. */
    {"<", "$<$"},
    {">", "$>$"},
    {"|", "$|$"},
    {"\"", "''"},
    {"`", "{`}"},
    /* After \\ and \midrule these would be their options. */
    {"[", "{[}"},
    {"]", "{]}"},
    {"*", "{*}"},
    {"–", "--"},
    {"—", "---"},
    {"−", "$-$"},
    {"±", "$\\pm$"},
    {"✓", "\\checkmark{}"},
    {"✗", "$\\times$"},
    {"×", "$\\times$"},
    {"·", "$\\cdot$"},
    {"°", "$^\\circ$"},
    {"²", "$^2$"},
    {"³", "$^3$"},
    {"≤", "$\\leq$"},
    {"≥", "$\\geq$"},
    {"≈", "$\\approx$"},
    {"→", "$\\rightarrow$"},
    {"∇", "$\\nabla$"},
    {"∞", "$\\infty$"},
    {"α", "$\\alpha$"},
    {"β", "$\\beta$"},
    {"γ", "$\\gamma$"},
    {"δ", "$\\delta$"},
    {"ε", "$\\varepsilon$"},
    {"ζ", "$\\zeta$"},
    {"η", "$\\eta$"},
    {"θ", "$\\theta$"},
    {"κ", "$\\kappa$"},
    {"λ", "$\\lambda$"},
    {"μ", "$\\mu$"},
    {"ν", "$\\nu$"},
    {"ξ", "$\\xi$"},
    {"π", "$\\pi$"},
    {"ρ", "$\\rho$"},
    {"σ", "$\\sigma$"},
    {"τ", "$\\tau$"},
    {"φ", "$\\varphi$"},
    {"χ", "$\\chi$"},
    {"ψ", "$\\psi$"},
    {"ω", "$\\omega$"},
    {"Δ", "$\\Delta$"},
    {"Π", "$\\Pi$"},
    {"Σ", "$\\Sigma$"},
    {"Ω", "$\\Omega$"},
};
enum { SPELLING_COUNT = sizeof SPELLINGS / sizeof *SPELLINGS };

static const spelling *spelling_of(const char *text) {
  for (size_t i = 0; i < SPELLING_COUNT; i++)
    if (strncmp(text, SPELLINGS[i].text, strlen(SPELLINGS[i].text)) == 0) return &SPELLINGS[i];
  return NULL;
}

/* The sign of a number, which in text would be a hyphen. */
static bool is_sign(const char *text, const char *at) {
  return *at == '-' && at[1] >= '0' && at[1] <= '9' &&
         (at == text || at[-1] == ' ' || at[-1] == '(');
}

/* Two of these would become one sign, such as a dash. */
static bool joins(const char *at) {
  return (*at == '-' || *at == '\'' || *at == ',') && at[1] == *at;
}

const char *table_latex(arena *a, const char *text) {
  text_buffer out = {0};
  text_add(&out, "%s", "");
  for (const char *at = text; *at;) {
    const spelling *known = spelling_of(at);
    const size_t bytes = known ? strlen(known->text) : text_utf8(at);
    if (known)
      text_add(&out, "%s", known->latex);
    else if (is_sign(text, at))
      text_add(&out, "$-$");
    else if (bytes == 0 || (unsigned char)*at < 32 || *at == 127)
      text_add(&out, bytes ? " " : "?");
    else
      text_add_bytes(&out, at, bytes);
    if (joins(at)) text_add(&out, "{}");
    at += bytes ? bytes : 1;
  }
  const char *copy = arena_text(a, out.text);
  free(out.text);
  return copy;
}
