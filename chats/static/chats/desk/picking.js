// Choosing from a list while the focus stays in a text field: up, down, enter, escape.

/**
 * Keeps which option is active (`at`). `count()` options, `choose(at)` when Enter is pressed, `close()` at Escape;
 * `skip(at)` is true for options that can't be chosen.
 */
export class Picking {
  constructor(host, {count, choose, close, skip = () => false}) {
    Object.assign(this, {host, count, choose, close, skip});
    this.at = 0;
  }

  /** The first option that can be chosen is active again. */
  reset() {
    this.at = 0;
    if (this.count() && this.skip(0)) this.move(1);
    this.host.requestUpdate();
  }

  move(step) {
    const all = this.count();
    if (!all) return;
    let at = this.at;
    for (let tries = 0; tries < all; tries += 1) {
      at = (at + step + all) % all;
      if (!this.skip(at)) break;
    }
    this.at = at;
    this.host.requestUpdate();
    this.host.updateComplete.then(() =>
      this.host
        .querySelector('[role="option"][data-active], [role="option"][aria-selected="true"]')
        ?.scrollIntoView({block: "nearest"}),
    );
  }

  /** True when the key was one of ours; it is then dealt with. */
  keyed(event) {
    if (event.isComposing) return false;
    if (event.key === "ArrowDown") this.move(1);
    else if (event.key === "ArrowUp") this.move(-1);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && this.count() && !this.skip(this.at)) this.choose(this.at);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}
