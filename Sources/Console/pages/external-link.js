import { call, path } from "../api.js";
import { Alone } from "../frame.js";
import { Content } from "../grid/content.js";
import { gateway } from "../grid/gateway.js";
import { t } from "../i18n/links.js";
import { html, useEffect, useMemo, useState } from "../preact.js";
import { Field, Form } from "../ui/form.js";
import { atField } from "../ui/form-errors.js";
import { PageHead } from "../ui/page.js";
import { Failure } from "../ui/parts.js";
import { DeadLink, refusal, wantsPassword } from "../visit/refusal.js";

/** @typedef {{ access_token: string, dtable_uuid: string, dtable_name: string }} Grant */
/** @typedef {{ kind: "opening" } | { kind: "password" } | { kind: "failed", error: unknown } |
 *   { kind: "open", grant: Grant, password?: string }} State */

/** A base that an external link opens, for anybody. @param {{ params: Record<string, string>, query: URLSearchParams }} props */
export default function ExternalLinkPage({ params: { token }, query }) {
  const [state, setState] = useState(/** @type {State} */ ({ kind: "opening" }));
  const ask = (/** @type {string | undefined} */ password) =>
    call("POST", path`/api/v2.1/external-link-tokens/${token}/access-token/`, {
      token: "",
      body: password ? { password } : {},
    });
  const open = async (/** @type {string | undefined} */ password) => {
    const grant = await ask(password);
    setState({ kind: "open", grant, password });
  };
  const begin = () => {
    setState({ kind: "opening" });
    open(undefined).catch((error) => setState(wantsPassword(error) ? { kind: "password" } : { kind: "failed", error }));
  };
  useEffect(begin, []);
  if (state.kind === "open") return html`<${Open} ...${state} ask=${() => ask(state.password)} query=${query} />`;
  return html`
    <${Alone}>
      <${PageHead} title=${t("external")} />
      ${state.kind === "opening" && html`<div class="placeholder"></div>`}
      ${state.kind === "password" &&
        html`<${Password} open=${open} onRefused=${(/** @type {unknown} */ error) =>
          setState({ kind: "failed", error })} />`}
      ${state.kind === "failed" && html`<${Dead} error=${state.error} onRetry=${begin} />`}
    <//>
  `;
}

/** @param {{ open: (password: string) => Promise<void>, onRefused: (error: unknown) => void }} props */
const Password = ({ open, onRefused }) => {
  const send = async (/** @type {Record<string, string>} */ { password }) => {
    try {
      await open(password);
    } catch (error) {
      if (wantsPassword(error)) throw atField("password", t("wrongPassword"));
      if (refusal(error) === undefined) throw error;
      onRefused(error);
    }
  };
  return html`
    <p>${t("passwordNeeded")}</p>
    <div class="panel stack">
      <${Form} onSubmit=${send} submit=${t("open")}>
        <${Field} name="password" label=${t("password")} type="password" required maxlength="1024" autocomplete="off"
          autofocus />
        <//>
        </div>
  `;
};

/** @param {{ error: unknown, onRetry: () => void }} props */
const Dead = ({ error, onRetry }) => {
  const text = refusal(error);
  return text === undefined
    ? html`<${Failure} error=${error} onRetry=${onRetry} />`
    : html`<${DeadLink} text=${text} />`;
};

/** @param {{ grant: Grant, ask: () => Promise<Grant>, query: URLSearchParams }} props */
const Open = ({ grant, ask, query }) => {
  const inside = useMemo(() => {
    // The token that the link has given is the first one.
    let first = /** @type {Grant | undefined} */ (grant);
    return gateway(grant.dtable_uuid, async () => {
      const next = first ?? await ask();
      first = undefined;
      return next;
    });
  }, [grant]);
  return html`
    <${Alone} isWide>
      <${PageHead} title=${grant.dtable_name} intro=${t("readOnly")} />
      <${Content} gateway=${inside} uuid=${grant.dtable_uuid} name=${grant
        .dtable_name} mayWrite=${false} query=${query} />
      <//>
  `;
};
