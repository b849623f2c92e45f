// What the live board knows: rows of agents and queues as the server tells them, team by team. No rendering here.
// Event: "change" after every frame that belongs to the board.

const SILENT = 12_000; // ms without a word from the server after which the figures count as old

/** Watches from `start` to `stop`, over every reconnection. */
export class BoardStore extends EventTarget {
  constructor(wire) {
    super();
    this.wire = wire;
    this.teams = new Map();
    this.at = null;
    this.heard = 0;
    this.refused = "";
    this.frameCame = (event) => this.#take(event.detail);
    this.ready = () => this.#watch();
  }

  start() {
    this.wire.addEventListener("frame", this.frameCame);
    this.wire.addEventListener("ready", this.ready);
    if (this.wire.state === "online") this.#watch();
  }

  stop() {
    this.wire.removeEventListener("frame", this.frameCame);
    this.wire.removeEventListener("ready", this.ready);
    this.wire.request("board.leave").catch(() => {}); // without a connection nobody watches anyhow
  }

  /** Whether the figures are as old as to be doubted. */
  get stale() {
    return this.wire.state !== "online" || performance.now() - this.heard > SILENT;
  }

  /** Whether the first whole board has come. */
  get loaded() {
    return this.teams.size > 0;
  }

  get agents() {
    return [...this.teams.values()].flatMap(({agents}) => [...agents.values()]);
  }

  /** Each queue once, however many of the teams serve it. */
  get queues() {
    const rows = new Map();
    for (const {queues} of this.teams.values()) for (const [id, row] of queues) rows.set(id, row);
    return [...rows.values()].sort((a, b) => a.name.localeCompare(b.name));
  }

  agent(id) {
    for (const {agents} of this.teams.values()) if (agents.has(id)) return agents.get(id);
    return null;
  }

  async #watch() {
    try {
      const {result} = await this.wire.request("board.watch");
      const mine = new Set(result.teams.map(({id}) => id));
      for (const id of this.teams.keys()) if (!mine.has(id)) this.teams.delete(id);
      this.refused = "";
    } catch (error) {
      this.refused = error.code;
    }
    this.#changed();
  }

  #take(frame) {
    if (frame.type !== "board") return;
    this.heard = performance.now();
    if (frame.at) this.at = frame.at;
    if (frame.ended) this.teams.delete(frame.team.id);
    else this.#merge(frame);
    this.#changed();
  }

  #merge({team, whole, agents, queues, agents_gone: agentsGone, queues_gone: queuesGone}) {
    if (whole || !this.teams.has(team.id)) this.teams.set(team.id, {...team, agents: new Map(), queues: new Map()});
    const known = this.teams.get(team.id);
    for (const row of agents) known.agents.set(row.id, row);
    for (const row of queues) known.queues.set(row.id, row);
    for (const id of agentsGone) known.agents.delete(id);
    for (const id of queuesGone) known.queues.delete(id);
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
