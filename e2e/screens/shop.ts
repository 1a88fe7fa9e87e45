import { Sandbox } from '../sandbox.ts';

const TICKETS = [
  {
    id: 'SHOP-1',
    title: 'Show the opening hours on the page, and on which days the shop is closed for all of the week',
    component: 'shop',
  },
  { id: 'SHOP-2', title: 'Say on which days the shop is closed', component: 'shop' },
  {
    id: 'SHOP-3',
    title: 'Take payments with a card, with the provider of the bank',
    component: 'shop',
    dependencies: ['SHOP-1'],
  },
  { id: 'SHOP-4', title: 'Print a receipt', component: 'shop', dependencies: ['SHOP-3'] },
  { id: 'SHOP-5', title: 'Translate the menu', component: 'shop', dependencies: ['SHOP-2'] },
];

/** Prints events as Claude Code does, and goes on when a gate is open. */
const AGENT = `
gate() { until test -f "$GATES/$1"; do test -d "$GATES" || exit 1; sleep 0.02; done; }
event() { echo '{"session_id":"s",'"$1"'}'; }
message() { event '"type":"assistant","message":{"id":"'$SAGE_TICKET_ID-$1'","content":[{"type":'"$2"'}]}'; }
uses() { message use '"tool_use","name":"'$1'","input":{'"$2"'}'; }
says() { message text '"text","text":"'"$1"'"'; }
ends() { event '"type":"result","subtype":"success","is_error":'$1',"result":"'"$2"'","usage":{"input_tokens":11000,"output_tokens":1000},"total_cost_usd":0.12'; }
case $SAGE_TICKET_ID-$SAGE_ATTEMPT in
  SHOP-1-*)
    gate hours; echo 'Open from 9 to 18.' > hours.md
    says 'The page has the opening hours, below the address and in the footer.' ;;
  SHOP-2-1)
    gate closed; uses Edit '"file_path":"hours.md"'
    gate closed-written; echo 'Closed on Mondays.' > hours.md ;;
  SHOP-2-*)
    gate both; echo 'Open from 9 to 18, but on Mondays.' > hours.md ;;
  SHOP-3-*)
    gate payments; uses Bash '"command":"npm test"'
    gate no-key; says 'RESULT: DEFERRED the payment provider answers 403: this account has no key, somebody has to ask for one' ;;
  SHOP-5-*)
    gate menu; test -f "$GATES/reset" || {
      event '"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":'$(($(date +%s) + 7200))'}'
      ends true "You've hit your session limit"; exit 1
    }
    echo 'Tea' > menu.md ;;
esac
ends false 'Done.'
`;

/** The backlog of a small shop, whose tickets meet with all that a run can say to a person. */
export class Shop {
  readonly #sandbox: Sandbox;

  private constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
  }

  static async create(onTestFinished: (clean: () => void | Promise<void>) => void): Promise<Shop> {
    const shop = { command: 'sh "$SHOP_AGENT"', events: 'claude' };
    const settings = { agent: 'shop', agents: { shop }, environment: ['SHOP_AGENT', 'GATES'] };
    const sandbox = await Sandbox.create(TICKETS, {
      branch: 'main',
      files: { '.sagerc.json': JSON.stringify(settings) },
      onTestFinished,
    });
    await sandbox.write('../agent.sh', AGENT);
    await sandbox.write('../gates/first', '');
    return new Shop(sandbox);
  }

  environment(): Record<string, string> {
    const { root } = this.#sandbox;
    return {
      ...this.#sandbox.environment(),
      SHOP: root,
      SHOP_AGENT: `${root}/../agent.sh`,
      GATES: `${root}/../gates`,
    };
  }

  /** Agents that wait for it go on. */
  async open(...gates: readonly string[]): Promise<void> {
    for (const gate of gates) await this.#sandbox.write(`../gates/${gate}`, '');
  }
}
