/**
 * Where programs and the system keep keys and logins. Hidden in every sandbox, unless the setting `hidden` names
 * other places.
 */
export const HIDDEN: readonly string[] = `
  ~/.ssh ~/.gnupg ~/.aws ~/.azure ~/.kube ~/.docker ~/.oci ~/.terraform.d ~/.vault-token
  ~/.config/gh ~/.config/hub ~/.config/glab-cli ~/.config/gcloud ~/.config/op ~/.config/sops ~/.config/age
  ~/.config/rclone ~/.config/doctl ~/.config/heroku ~/.config/netlify ~/.config/configstore
  ~/.netrc ~/.git-credentials ~/.config/git/credentials ~/.npmrc ~/.yarnrc.yml ~/.pypirc ~/.config/pip
  ~/.cargo/credentials ~/.cargo/credentials.toml ~/.composer/auth.json
  ~/.m2/settings.xml ~/.gradle/gradle.properties ~/.pgpass ~/.my.cnf
  ~/.password-store ~/.local/share/keyrings ~/.local/share/kwalletd
  ~/.mozilla ~/.config/google-chrome ~/.config/chromium ~/.config/BraveSoftware
  ~/.config/containers/auth.json ~/.config/helm ~/.config/hcloud ~/.config/composer/auth.json ~/.config/github-copilot
  ~/.config/stripe ~/.config/ngrok ~/.config/solana ~/.terraformrc ~/.pulumi ~/.fly ~/.cloudflared ~/.huggingface
  ~/.s3cfg ~/.boto ~/.bundle/config ~/.gem/credentials ~/.nuget/NuGet ~/.ivy2/.credentials ~/.authinfo ~/.authinfo.gpg
  ~/.msmtprc ~/.mutt ~/.thunderbird ~/.config/Signal ~/.config/Slack ~/.bitcoin ~/.ethereum
  /etc/shadow /etc/gshadow /etc/ssl/private /etc/ssh/ssh_host_rsa_key /etc/ssh/ssh_host_ecdsa_key
  /etc/ssh/ssh_host_ed25519_key /etc/kubernetes /etc/rancher
  ~/.psql_history ~/.mysql_history ~/.rediscli_history
  ~/.bash_history ~/.zsh_history ~/.local/share/fish ~/.python_history ~/.node_repl_history
`
  .trim()
  .split(/\s+/);
