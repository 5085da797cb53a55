// What the user's library offers; its own users need not know of tengen.
#pragma once

bool gradient_agrees();
