/* The commands of the program: arguments in, exit code out. */
#ifndef FRONT_COMMANDS_H
#define FRONT_COMMANDS_H

/* stdout carries data, stderr messages and progress; the result is the process's exit code. */
int commands_main(int argc, char **argv);

#endif
