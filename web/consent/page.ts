// The chat's button and the cookie banner in one file, so that a shop with both asks
// for one file before anybody clicks.

import "../widget/loader";
import "./element";
