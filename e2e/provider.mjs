// A small platform that speaks OpenID Connect, on this machine, for the journeys: keys of its own, one invented person, and a page on which
// that person says yes. `wrong` changes what its next token says.

import { createHash, createSign, generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";

export const CLIENT = "baoxue";
export const SECRET = "an-invented-secret";

const b64 = (text) => Buffer.from(text).toString("base64url");

/** Begins it; `now` gives the program's moment in milliseconds. */
export async function provider(now) {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const codes = new Map();
  const platform = { wrong: undefined, asked: 0 };
  const token = (nonce) => {
    const wrong = platform.wrong || {};
    platform.wrong = undefined;
    const seconds = Math.floor(now() / 1000);
    const head = { alg: "RS256", kid: "one", ...wrong.head };
    const body = { iss: platform.issuer, aud: CLIENT, sub: "person-1", name: "李教体", nonce, iat: seconds, exp: seconds + 300, ...wrong.body };
    const text = `${b64(JSON.stringify(head))}.${b64(JSON.stringify(body))}`;
    if (head.alg === "none") return `${text}.`;
    return `${text}.${createSign("RSA-SHA256").update(text).sign(privateKey).toString("base64url")}`;
  };
  const server = createServer((request, response) => {
    const at = new URL(request.url, platform.issuer);
    const say = (status, body) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    let form = "";
    request.on("data", (part) => { form += part; });
    request.on("end", () => {
      const sent = new URLSearchParams(form);
      if (at.pathname === "/.well-known/openid-configuration") {
        const here = platform.issuer;
        say(200, { issuer: here, authorization_endpoint: `${here}/in`, token_endpoint: `${here}/token`, jwks_uri: `${here}/keys`,
          end_session_endpoint: `${here}/out`, response_types_supported: ["code"], code_challenge_methods_supported: ["S256"],
          id_token_signing_alg_values_supported: ["RS256"], token_endpoint_auth_methods_supported: ["client_secret_post"] });
      } else if (at.pathname === "/keys") {
        say(200, { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "one", use: "sig", alg: "RS256" }] });
      } else if (at.pathname === "/in") {
        platform.asked += 1;
        const code = `code-${platform.asked}`;
        codes.set(code, { challenge: at.searchParams.get("code_challenge"), nonce: at.searchParams.get("nonce") });
        const back = new URL(at.searchParams.get("redirect_uri"));
        back.searchParams.set("code", code);
        back.searchParams.set("state", at.searchParams.get("state"));
        response.writeHead(200, { "content-type": "text/html; charset=utf-8" })
          .end(`<!doctype html><html lang="zh"><title>统一登录</title><a href="${back.href.replaceAll("&", "&amp;")}">以李教体的身份继续</a></html>`);
      } else if (at.pathname === "/token") {
        const kept = codes.get(sent.get("code"));
        codes.delete(sent.get("code"));
        if (sent.get("client_id") !== CLIENT || sent.get("client_secret") !== SECRET) return say(401, { error: "invalid_client" });
        const shown = createHash("sha256").update(sent.get("code_verifier") || "").digest("base64url");
        if (!kept || kept.challenge !== shown) return say(400, { error: "invalid_grant" });
        say(200, { token_type: "Bearer", access_token: "x", id_token: token(kept.nonce) });
      } else {
        response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("<!doctype html><html lang=\"zh\"><title>平台</title><p>已退出</p></html>");
      }
      return undefined;
    });
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  platform.issuer = `http://127.0.0.1:${server.address().port}`;
  platform.close = () => new Promise((done) => server.close(done));
  return platform;
}
