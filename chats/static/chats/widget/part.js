/** What every component of the widget shares: light DOM, icons of the page's sprite. */

import {nothing} from "../../contactcenter/vendor/lit.js";

export {LightElement as Part, mark as icon} from "../shared/light.js";

/** An ARIA state that is always told: "true" or "false". */
export function told(state) {
  return state ? "true" : "false";
}

/** An ARIA state that is only told when it holds. */
export function toldIf(state) {
  return state ? "true" : nothing;
}
