/* A shared object, but no plugin. */
extern int no_entry_answer;
__attribute__((visibility("default"))) int no_entry_answer = 42;
