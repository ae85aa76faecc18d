// Passkeys: turn the server's options into what the browser wants, and its answer into text.
(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const post = async (address, fields) => {
    const answer = await fetch(address, { method: "POST", body: new URLSearchParams(fields), headers: { Accept: "application/json" } });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.wrong || "");
    return told;
  };
  const credentials = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
  const adding = (o) => ({ ...o, challenge: bytes(o.challenge), user: { ...o.user, id: bytes(o.user.id) }, excludeCredentials: credentials(o.excludeCredentials) });
  const entering = (o) => ({ ...o, challenge: bytes(o.challenge), allowCredentials: credentials(o.allowCredentials) });
  const told = (one) => {
    const { clientDataJSON, attestationObject, authenticatorData, signature, userHandle } = one.response;
    const parts = { clientDataJSON, attestationObject, authenticatorData, signature, userHandle };
    const response = Object.fromEntries(Object.entries(parts).filter(([, v]) => v).map(([k, v]) => [k, text(v)]));
    if (one.response.getTransports) response.transports = one.response.getTransports();
    return JSON.stringify({ id: one.id, rawId: text(one.rawId), type: one.type, response, clientExtensionResults: one.getClientExtensionResults() });
  };
  const ways = {
    login: async (fields) => {
      const options = await post("/login/passkey/options", fields);
      const answer = told(await navigator.credentials.get({ publicKey: entering(options) }));
      return post("/login/passkey", { ...fields, answer });
    },
    add: async (fields) => {
      const options = await post("/account/passkeys/options", fields);
      const answer = told(await navigator.credentials.create({ publicKey: adding(options) }));
      return post("/account/passkeys", { form: fields.form, passkey_name: fields.passkey_name, answer });
    },
  };
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    const around = form.closest("[data-needs=passkey]");
    if (around) around.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const wrong = form.querySelector(".wrong");
      wrong.textContent = "";
      try {
        const { go } = await ways[form.dataset.passkey](Object.fromEntries(new FormData(form)));
        location.assign(go);
        if (location.hash) location.reload();
      } catch (error) {
        wrong.textContent = (error.name === "Error" && error.message) || form.dataset.wrong;
      }
    });
  }
})();
