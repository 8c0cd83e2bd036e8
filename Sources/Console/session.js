import { ApiError, call, caller } from "./api.js";
import { store } from "./store.js";

/** Who is signed in. The token stands in this tab's sessionStorage, or in localStorage for who stays signed in, and
 * nowhere else; another tab asks for it. */

/** @typedef {object} Account
 * @property {string} email the user id, such as 4f…@auth.local
 * @property {string} name
 * @property {string} contact_email
 * @property {string} login_id
 * @property {number} [org_id] the team; nobody's own has none
 * @property {0 | 1} [is_org_staff] whether they administer their team
 * @property {boolean} is_staff whether they administer the system
 */

/** What the person has to do before anything else. @typedef {"password" | "factor"} Duty */

/** `account` is there once it is known, unless a duty comes first.
 * @typedef {{ isSignedIn: boolean, account?: Account, duty?: Duty }} SessionState */

export const session = store(/** @type {SessionState} */ ({ isSignedIn: false }));

const place = "basekeeper.session";
const channel = new BroadcastChannel(place);
/** Whether this tab still waits for another one's answer. */
let isAsking = false;

/** @param {string | undefined} token @param {boolean} stays */
const keep = (token, stays) => {
  isAsking = false;
  caller.token = token;
  sessionStorage.removeItem(place);
  localStorage.removeItem(place);
  if (token) (stays ? localStorage : sessionStorage).setItem(place, token);
};

/** Reads the account anew: after it was changed, or a duty was done. */
export const refresh = async () => {
  session.set({ isSignedIn: true, duty: undefined });
  try {
    session.set({ isSignedIn: true, account: await call("GET", "/api2/account/info/") });
  } catch (error) {
    // A refusal has set the state that follows from it.
    if (!(error instanceof ApiError)) throw error;
  }
};

/** Takes up the session of this tab, of this browser, or of another tab. */
export const resume = async () => {
  const token = sessionStorage.getItem(place) ?? localStorage.getItem(place);
  if (!token) return await askOtherTabs();
  keep(token, localStorage.getItem(place) !== null);
  refresh(); // the page is there meanwhile, and says so if the service is not
};

/** Asks, and waits for a moment; an answer that comes later is taken up as long as nobody has signed in here.
 * @returns {Promise<void>} */
const askOtherTabs = () =>
  new Promise((resolve) => {
    isAsking = true;
    setTimeout(resolve, 80);
    channel.addEventListener("message", ({ data }) => {
      if (!data.here || !isAsking) return;
      keep(data.here, false);
      refresh().then(resolve);
    });
    channel.postMessage({ who: true });
  });

channel.addEventListener("message", ({ data }) => {
  if (data.who && caller.token) channel.postMessage({ here: caller.token });
  if (data.ended && data.ended === caller.token) drop();
  if (data.next && data.instead === caller.token) keep(data.next, localStorage.getItem(place) !== null);
});

/** Goes on with another token, here and in the other tabs: the one before has ended. @param {string} next */
export const goOnWith = (next) => {
  channel.postMessage({ next, instead: caller.token });
  keep(next, localStorage.getItem(place) !== null);
};

/** Shows other facts of the account at once. @param {Partial<Account>} facts */
export const noteAccount = (facts) => {
  const { account, ...rest } = session.get();
  if (account) session.set({ ...rest, account: { ...account, ...facts } });
};

/** Signs in. `code` is the second factor's, if there is one.
 * @param {{ username: string, password: string, code?: string, stays: boolean }} proof */
export const signIn = async ({ username, password, code, stays }) => {
  const { token } = await call("POST", "/api2/auth-token/", {
    token: "",
    body: { username, password, name: tokenName(), expire_days: stays ? 30 : 1 },
    headers: code ? { "X-SEAFILE-OTP": code } : {},
  });
  keep(token, stays);
  await refresh();
};

/** Ends the session: here and in the other tabs at once, and on the server as soon as it can be reached. */
export const signOut = async () => {
  const ended = caller.token;
  channel.postMessage({ ended });
  drop();
  if (ended) await endOnServer(ended).catch(() => {}); // it has ended already, or does by itself
};

/** @param {string} token */
const endOnServer = async (token) => {
  const { account_tokens } = await call("GET", "/api/v2.1/user/account-tokens/", { token });
  const own = account_tokens.find((/** @type {{ is_current: boolean }} */ one) => one.is_current);
  if (own) await call("DELETE", `/api/v2.1/user/account-tokens/${own.id}/`, { token });
};

/** Forgets the session without ending it: it has ended. */
const drop = () => {
  keep(undefined, false);
  session.set({ isSignedIn: false });
};

caller.refused = (error) => {
  if (error.status === 401) drop();
  if (error.status !== 403) return;
  if (error.message.includes("/user/password/")) session.set({ isSignedIn: true, duty: "password" });
  if (error.message.includes("/user/two-factor-auth/")) session.set({ isSignedIn: true, duty: "factor" });
};

/** What the token is called in the list of sessions: "Console, Chromium on Linux". */
const tokenName = () => {
  const agent = navigator.userAgent;
  /** @type {[RegExp, string][]} */
  const browsers = [[/Firefox\//, "Firefox"], [/Edg\//, "Edge"], [/Chrome\//, "Chromium"], [/Safari\//, "Safari"]];
  /** @type {[RegExp, string][]} */
  const systems = [
    [/Android/, "Android"],
    [/iPhone|iPad/, "iOS"],
    [/Windows/, "Windows"],
    [/Mac OS X/, "macOS"],
    [/Linux|X11/, "Linux"],
  ];
  const browser = browsers.find(([mark]) => mark.test(agent))?.[1];
  const system = systems.find(([mark]) => mark.test(agent))?.[1];
  return ["Console", [browser, system].filter(Boolean).join(" on ")].filter(Boolean).join(", ");
};
