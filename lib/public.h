/* Included before everything else in every file of the library, which is compiled with hidden symbols: what the public
 * headers declare is visible, all else is not. This keeps attributes out of the public headers. */
#ifndef ICL_PUBLIC_H
#define ICL_PUBLIC_H

#pragma GCC visibility push(default)
#include <icltheory.h>
#pragma GCC visibility pop

#endif
