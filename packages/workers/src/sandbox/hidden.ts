/** Where programs keep keys and logins. Nothing in a sandbox reads them, unless the setting `hidden` names others. */
export const HIDDEN: readonly string[] = `
  ~/.ssh ~/.gnupg ~/.aws ~/.azure ~/.kube ~/.docker ~/.oci ~/.terraform.d ~/.vault-token
  ~/.config/gh ~/.config/hub ~/.config/glab-cli ~/.config/gcloud ~/.config/op ~/.config/sops ~/.config/age
  ~/.config/rclone ~/.config/doctl ~/.config/heroku ~/.config/netlify ~/.config/configstore
  ~/.netrc ~/.git-credentials ~/.config/git/credentials ~/.npmrc ~/.yarnrc.yml ~/.pypirc ~/.config/pip
  ~/.cargo/credentials ~/.cargo/credentials.toml ~/.gem/credentials ~/.composer/auth.json
  ~/.m2/settings.xml ~/.gradle/gradle.properties ~/.pgpass ~/.my.cnf
  ~/.password-store ~/.local/share/keyrings ~/.local/share/kwalletd
  ~/.mozilla ~/.config/google-chrome ~/.config/chromium ~/.config/BraveSoftware
  ~/.bash_history ~/.zsh_history ~/.local/share/fish ~/.python_history ~/.node_repl_history
`
  .trim()
  .split(/\s+/);
