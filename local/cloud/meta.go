package cloud

import (
	"context"
	"fmt"

	sandbox "omniops/local/sandbox/meta"
	"omniops/shared/channel"
	"omniops/shared/channel/meta"
	"omniops/shared/id"
	"omniops/shared/seal"
	"omniops/shared/table"
)

// ConnectMeta connects the accounts that the stand-in of Meta has to a merchant,
// as if the merchant had logged in there.
func (c *Cloud) ConnectMeta(ctx context.Context, merchant string) error {
	f, err := c.Function("meta-reply")
	if err != nil {
		return err
	}
	veil, err := channel.NewVeil([]byte(c.sessionSecret))
	if err != nil {
		return err
	}
	connections := meta.NewConnections(table.New(c.AWS, f.Environment["TABLE_NAME"], c.Clock.Now), seal.NewSecrets(c.AWS, f.Environment["SECRETS_KEY_ID"]))
	for _, a := range c.Meta.Accounts() {
		account, err := channel.ParseAccount(a.Kind, a.ID)
		if err != nil {
			return fmt.Errorf("account %s of the sandbox: %w", a.ID, err)
		}
		through := a.ID
		if a.Page != "" {
			through = a.Page
		}
		if err := connections.Save(ctx, meta.Connection{
			Tenant: id.Tenant(merchant), Account: account, Name: a.Name, Through: through, Business: a.Business, Enabled: true,
			User: veil.Login(sandbox.User), Scopes: meta.Scopes(account.Kind), ConnectedAt: c.Clock.Now(),
		}, a.Token); err != nil {
			return err
		}
	}
	return nil
}
