using Orchestrator.Gates.Secrets;

namespace Orchestrator.Gates.Tests.Secrets;

/// <summary>Bait is found and look-alikes are not. The bait is put together here, so that no scanner takes this file for a leak.</summary>
public sealed class SecretScannerTests
{
    private const string Hex = "3f9a1c7be04d8265fa13c9e7b05d2468917ce3fa60b8d1527e4c9f30a6b81d25";
    private const string Mixed = "qT7vR2kLm9XcP4wZb8NsY6hJd3FgA5eUoK1iVtQxW0rBnMzClSpHyEjGfDaT2u";
    private const string Upper = "Q7ZKM4TXR2WNB6VYJ3HFD5GPL8CASE9QUXZKWMTNRV";

    public static TheoryData<string> Bait =>
        [
            $"AWS_ACCESS_KEY_ID=AK{"IA"}QYLPMN5HFIQR7XYZ",
            $"id: AS{"IA"}QYLPMN5HFIQR7XYZ",
            $"aws_secret_access_key = {Mixed[..38]}/+",
            $"AWS_BEARER_TOKEN_BEDROCK=ABS{"K"}{Mixed}{Mixed[..20]}",
            $"token = \"gh{"p"}_{Mixed[..36]}\"",
            $"gh{"o"}_{Mixed[..36]}",
            $"gh{"s"}_{Mixed[..36]}",
            $"github_{"pat"}_{Mixed[..22]}_{Mixed[..40]}",
            $"GITLAB=glp{"at"}-{Mixed[..20]}",
            $"runner glr{"t"}-{Mixed[..20]}",
            $"sk-{"ant"}-api03-{Mixed}",
            $"OPENAI_API_KEY=sk-{"proj"}-{Mixed}",
            $"key sk-{Mixed[..48]}",
            $"AI{"za"}{Mixed[..35]}",
            $"GOC{"SPX"}-{Mixed[..28]}",
            $"ya{"29"}.{Mixed[..50]}",
            $"xo{"xb"}-1234-{Mixed[..24]}",
            $"xa{"pp"}-1-{Mixed[..30]}",
            $"https://hooks.slack.com/{"services"}/T02AB/B03CD/{Mixed[..24]}",
            $"https://discord.com/api/{"webhooks"}/734981265093847162/{Mixed}",
            $"https://x.webhook.office.com/{"webhookb2"}/{Mixed}",
            $"N{Mixed[..24]}.{Mixed[..6]}.{Mixed[..30]}",
            $"bot 123456789:A{"A"}{Mixed[..33]}",
            $"sk_{"live"}_{Mixed[..24]}",
            $"rk_{"test"}_{Mixed[..24]}",
            $"wh{"sec"}_{Mixed[..32]}",
            $"sq0{"atp"}-{Mixed[..22]}",
            $"shp{"at"}_{Hex[..32]}",
            $"access_token${"production"}${Hex[..16]}${Hex[..32]}",
            $"np{"m"}_{Mixed[..36]}",
            $"//registry.npmjs.org/:_auth{"Token"}={Mixed[..30]}",
            $"py{"pi"}-{Mixed}",
            $"oy{"2"}{Hex[..43]}",
            $"ruby{"gems"}_{Hex[..48]}",
            $"ci{"o"}{Mixed[..32]}",
            $"dckr_{"pat"}_{Mixed[..27]}",
            $"S{"G"}.{Mixed[..22]}.{Mixed[..43]}",
            $"key-{Hex[..32]}",
            $"{Hex[..32]}-us{"12"}",
            $"S{"K"}{Hex[..32]}",
            $"hf{"_"}{new string([.. Mixed.Where(char.IsAsciiLetter)])[..36]}",
            $"da{"pi"}{Hex[..32]}",
            $"do{"p"}_v1_{Hex}",
            $"AT{"ATT"}3xFfGF0{Mixed[..40]}",
            $"lin_{"api"}_{Mixed[..40]}",
            $"nt{"n"}_{Mixed[..46]}",
            $"fi{"gd"}_{Mixed[..43]}",
            $"pat{Mixed[..14]}.{Hex}",
            $"hv{"s"}.{Mixed[..30]}",
            $"{Mixed[..14]}.{"atlas"}v1.{Mixed}",
            $"pu{"l"}-{Hex[..40]}",
            $"pscale_{"tkn"}_{Mixed[..43]}",
            $"NR{"AK"}-{Upper[..27]}",
            $"gl{"sa"}_{Mixed[..32]}_{Hex[..8]}",
            $"PM{"AK"}-{Hex[..24]}-{Hex[..34]}",
            $"AccountName=a;Account{"Key"}={Mixed}{Mixed[..24]}==",
            $"https://a.blob.core.windows.net/b?sv=2022&si{"g"}={Mixed[..43]}%3D",
            $"ey{"J"}{Mixed[..20]}.ey{"J"}{Mixed[..30]}.{Mixed[..40]}",
            $"postgres://app:{Mixed[..14]}@db.internal/orders",
            $"Authorization: Bea{"rer"} {Mixed[..32]}",
            $"Server=db;Pass{"word"}={Mixed[..12]};Encrypt=true",
            $"db_pass{"word"} = \"{Mixed[..14]}\"",
            $"'clientSec{"ret"}': '{Mixed[..20]}'",
            $"JWT_SEC{"RET"}={Mixed[..30]}",
            $"-----BEGIN RSA {"PRIVATE"} KEY-----",
            $"-----BEGIN OPENSSH {"PRIVATE"} KEY-----",
            $"AGE-{"SECRET"}-KEY-1{Upper}{Upper[..16]}",
            $"PuTTY-User-{"Key"}-File-3: ssh-ed25519",
            $"HR{"KU"}-{Mixed[..40]}",
            $"d{"p"}.pt.{Mixed[..43]}",
            $"sb{"p"}_{Hex[..40]}",
            $"snt{"rys"}_{Mixed}",
            $"gs{"k"}_{Mixed[..52]}",
            $"r{"8"}_{Mixed[..37]}",
        ];

    public static TheoryData<string> LookAlikes =>
        [
            "commit 4f9a1c7be04d8265fa13c9e7b05d2468917ce3fa",
            "id: 7c9e6679-7425-40de-944b-e07fc1f90ae7",
            "\"integrity\": \"sha512-qT7vR2kLm9XcP4wZb8NsY6hJd3FgA5eUoK1iVtQxW0rBnMzClSpHyEjGfDaT2uQ==\"",
            "sha256:3f9a1c7be04d8265fa13c9e7b05d2468917ce3fa60b8d1527e4c9f30a6b81d25",
            "password = os.environ[\"DB_PASSWORD\"]",
            "password = getpass.getpass()",
            "token: ${{ secrets.GITHUB_TOKEN }}",
            "API_KEY=<your api key>",
            "API_KEY=your-api-key-here",
            "api_key: \"xxxxxxxxxxxxxxxxxxxxxxxx\"",
            "secret: \"changeme\"",
            "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE",
            "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "-----BEGIN PUBLIC KEY-----",
            "-----BEGIN CERTIFICATE-----",
            "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQDk7 me@host",
            "https://user@github.com/me/repo.git",
            "https://example.com:8443/path@v2",
            "postgres://app:${DB_PASSWORD}@db/orders",
            "postgres://postgres:localhost@db/orders",
            "background: url(data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk)",
            "color: #3f9a1c; border: 1px solid #04d826",
            "const tokenizer = new Tokenizer(\"wordpiece-base-uncased\")",
            "var tokens = \"identifier operator\"",
            "if (password.Length < 12) throw new WeakPassword();",
            "public string Password { get; init; } = \"\";",
            "\"passwordField\": \"password_input_label\"",
            "secretName: my-application-secret",
            "secret = \"projects/my-app/secrets/database\"",
            "token_endpoint = \"https://login.acme.test/oauth/token\"",
            "private_key_path: \"/etc/ssl/private/server.key\"",
            "private_key: \"./certs/dev.pem\"",
            "apiKey: process.env.STRIPE_API_KEY",
            "api_key = settings.get_api_key()",
            "credentials = \"service_account\"",
            "Authorization: Bearer <token>",
            "Authorization: Bearer $TOKEN",
            "PASSWORD_MIN_LENGTH=12",
            "SECRET_ROTATION_INTERVAL=86400",
            "ACCESS_TOKEN_LIFETIME_SECONDS = 3600",
            "sk-learn-contrib-imbalanced-pipeline-extensions",
            "skip_live_tests_when_offline_or_rate_limited",
            "eyJhbGciOiJub25lIn0",
            "public const string ApiKeyHeader = \"X-Api-Key-Header\";",
            "token=\"orchestrate:allow-secret\" ghp_qT7vR2kLm9XcP4wZb8NsY6hJd3FgA5eUoK1i",
        ];

    [Theory]
    [MemberData(nameof(Bait))]
    public void Find_Bait_IsFoundAndRedacted(string line)
    {
        var found = SecretScanner.Find(line);

        Assert.NotEmpty(found);
        var redacted = SecretScanner.Redact($"{line}\nnext\n");
        Assert.DoesNotContain(line.Substring(found[0].Start, found[0].Length), redacted, StringComparison.Ordinal);
        Assert.EndsWith("next\n", redacted.Replace("[redacted]\n", "next\n", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    /// <summary>Each row of the table has bait, and is called as people know it.</summary>
    [Fact]
    public void Find_AllBait_IsOfTheseKinds()
    {
        string[] kinds =
        [
            .. ((IEnumerable<object[]>)Bait).SelectMany(row => SecretScanner.Find((string)row[0])).Select(found => found.Kind),
        ];

        Assert.Equal(
            [
                "AWS access key id",
                "AWS secret key",
                "Airtable token",
                "Anthropic key",
                "Atlassian token",
                "Azure shared access signature",
                "Azure storage key",
                "Bedrock key",
                "Databricks token",
                "DigitalOcean token",
                "Discord bot token",
                "Discord webhook",
                "Docker token",
                "Doppler token",
                "Figma token",
                "GitHub token",
                "GitLab token",
                "Google API key",
                "Google OAuth secret",
                "Google OAuth token",
                "Grafana token",
                "Groq key",
                "Heroku key",
                "Hugging Face token",
                "JSON Web Token",
                "Linear key",
                "Mailchimp key",
                "Mailgun key",
                "New Relic key",
                "Notion token",
                "NuGet key",
                "OpenAI key",
                "PayPal token",
                "PlanetScale token",
                "Postman key",
                "PuTTY private key",
                "Pulumi token",
                "PyPI token",
                "Replicate token",
                "RubyGems key",
                "SendGrid key",
                "Sentry token",
                "Shopify token",
                "Slack app token",
                "Slack token",
                "Slack webhook",
                "Square token",
                "Stripe key",
                "Supabase token",
                "Teams webhook",
                "Telegram bot token",
                "Terraform token",
                "Twilio key",
                "Vault token",
                "age secret key",
                "authorization header",
                "crates.io token",
                "npm auth token",
                "npm token",
                "password in a connection string",
                "password in an address",
                "private key",
                "secret",
            ],
            kinds.Distinct().Order(StringComparer.Ordinal)
        );
        Assert.Empty(SecretPatterns.All.Select(pattern => pattern.Name).Except(kinds));
    }

    /// <summary>Logs are read through at the speed of a search for texts: a pattern is tried only where one of its texts stands.</summary>
    [Fact]
    public void Anchors_OfALineWithoutAnyOfThem_TryNoPattern() =>
        Assert.DoesNotContain(SecretPatterns.All, pattern => "compiling 12 files, 0 errors".AsSpan().ContainsAny(pattern.Anchors));

    [Theory]
    [MemberData(nameof(LookAlikes))]
    public void Find_LookAlike_IsNotFound(string line) => Assert.Empty(SecretScanner.Find(line));

    [Fact]
    public void Redact_PrivateKey_LeavesOutAllOfIt()
    {
        var key = $"a\n+-----BEGIN {"PRIVATE"} KEY-----\n+{Mixed}\n+{Hex}\n+-----END PRIVATE KEY-----\n+b\n";

        var redacted = SecretScanner.Redact(key);

        Assert.DoesNotContain(Mixed, redacted, StringComparison.Ordinal);
        Assert.DoesNotContain(Hex, redacted, StringComparison.Ordinal);
        Assert.EndsWith("+b\n", redacted, StringComparison.Ordinal);
        Assert.Equal(key.Split('\n').Length, redacted.Split('\n').Length);
    }

    [Fact]
    public void Redact_PrivateKeyInOneLine_LeavesOutAllOfIt()
    {
        var line = $"{{\"k\": \"-----BEGIN {"PRIVATE"} KEY-----\\n{Mixed}\\n{Hex}\\n-----END PRIVATE KEY-----\\n\", \"x\": 1}}\nnext\n";

        var redacted = SecretScanner.Redact(line);

        Assert.DoesNotContain(Mixed, redacted, StringComparison.Ordinal);
        Assert.DoesNotContain(Hex, redacted, StringComparison.Ordinal);
        Assert.EndsWith("\"x\": 1}\nnext\n", redacted, StringComparison.Ordinal);
    }

    [Fact]
    public void Redact_AllowedSecret_IsLeftOutAllTheSame()
    {
        var line = $"key = gh{"p"}_{Mixed[..36]} # {SecretScanner.Allow}";

        Assert.Empty(SecretScanner.Find(line));
        Assert.DoesNotContain(Mixed[..36], SecretScanner.Redact(line), StringComparison.Ordinal);
    }

    [Fact]
    public void Redact_LinesOfAMegabyte_TakesNoTime()
    {
        var text =
            string.Concat(Enumerable.Repeat($"{Hex} {Mixed} = \"", 8000)) + "\n" + string.Concat(Enumerable.Repeat("x = 1\n", 20_000));

        Assert.EndsWith("x = 1\n", SecretScanner.Redact(text), StringComparison.Ordinal);
    }
}
