/* The look of a page and its script, as texts. The build makes them from the files
 * (plan/embed.cmake).
 *
 * page.css    colours, type, a narrow screen, paper
 * page.js     sorts the list of runs */
#ifndef REPORT_PAGE_EMBEDDED_H
#define REPORT_PAGE_EMBEDDED_H

extern const char page_css[], page_js[];

#endif
