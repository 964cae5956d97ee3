/* The parts of the front end that are written in Lua, as texts: script.c runs them around a script.
 * The build makes them from the files (embed.cmake).
 *
 * hifm.lua    what a script can say
 * reader.lua  from what a script returned to a tree of values */
#ifndef PLAN_LUA_EMBEDDED_H
#define PLAN_LUA_EMBEDDED_H

extern const char lua_embedded_hifm[], lua_embedded_reader[];

#endif
